package dev.trainyard.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateHomeTest {
    @TempDir
    Path home;

    @Test
    void an_explicit_home_takes_precedence() {
        assertThat(StateHome.directory(Map.of("TRAINYARD_HOME", "/srv/yard", "XDG_DATA_HOME", "/data"), true))
                .isEqualTo(Path.of("/srv/yard"));
    }

    @Test
    void for_a_user_it_is_where_the_xdg_specification_says() {
        assertThat(StateHome.directory(Map.of("HOME", "/home/ada"), false))
                .isEqualTo(Path.of("/home/ada/.local/share/trainyard"));
        assertThat(StateHome.directory(Map.of("HOME", "/root", "XDG_DATA_HOME", "/data"), true))
                .isEqualTo(Path.of("/data/trainyard"));
    }

    @Test
    void for_root_it_is_where_postgres_can_run_as_another_user_unless_an_earlier_release_left_data() throws Exception {
        Map<String, String> environment = Map.of("HOME", home.toString());

        assertThat(StateHome.directory(environment, true)).isEqualTo(Path.of("/var/lib/trainyard"));

        Path earlier = Files.createDirectories(home.resolve(".local/share/trainyard"));
        assertThat(StateHome.directory(environment, true)).isEqualTo(earlier);
    }
}
