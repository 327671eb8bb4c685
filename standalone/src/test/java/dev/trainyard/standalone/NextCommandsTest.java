package dev.trainyard.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.db.PostgresUrl;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NextCommandsTest {

    private static final String SUBMIT = "Submit with: trainyard submit docker-compose.yml";

    @Test
    void a_client_is_told_the_server_where_it_would_ask_another() {
        Map<String, String> called = Map.of("TRAINYARD_COMMAND", "./trainyard");

        assertThat(new NextCommands("http://127.0.0.1:8700", called).in(SUBMIT))
                .isEqualTo("Submit with: ./trainyard submit docker-compose.yml");
        assertThat(new NextCommands("http://127.0.0.1:8742", called).in(SUBMIT + ", trainyard up"))
                .isEqualTo(
                        "Submit with: ./trainyard --server http://127.0.0.1:8742 submit docker-compose.yml, ./trainyard up");
        assertThat(new NextCommands("http://127.0.0.1:8742", Map.of("TRAINYARD_SERVER", "http://127.0.0.1:8742"))
                        .in(SUBMIT))
                .isEqualTo(SUBMIT);
        assertThat(new NextCommands("http://127.0.0.1:8700", Map.of("TRAINYARD_SERVER", "http://other:8700"))
                        .in(SUBMIT))
                .contains("--server http://127.0.0.1:8700");
    }

    @Test
    void up_gets_the_same_options_as_the_demo() {
        assertThat(NextCommands.up(NextCommands.options(null, null, null, null, 8700)))
                .isEqualTo("trainyard up");
        assertThat(NextCommands.up(NextCommands.options(Path.of("/a b"), "slots:2", 1, Path.of("/p.yml"), 8742)))
                .isEqualTo("trainyard up --dir '/a b' --devices slots:2 --run-slots 1 --policy /p.yml --port 8742");
        assertThat(List.of(8700, 18700))
                .map(port -> NextCommands.options(null, null, null, null, port).size())
                .containsExactly(0, 2);
    }

    @Test
    void the_output_of_up_can_be_copied_and_shows_how_to_call_the_program_from_anywhere() {
        PostgresUrl reader = PostgresUrl.parse("postgresql://trainyard_reader@127.0.0.1:5433/trainyard");
        String home = System.getProperty("trainyard.home", "");
        System.setProperty("trainyard.home", "/opt/train yard");
        try {
            assertThat(new NextCommands("http://127.0.0.1:8742", Map.of("TRAINYARD_COMMAND", "./trainyard"))
                            .whenUp("127.0.0.1:9092", reader, Path.of("/srv/yard")))
                    .contains(
                            "REST      http://127.0.0.1:8742\n",
                            "Submit with: ./trainyard --server http://127.0.0.1:8742 submit docker-compose.yml",
                            "export PATH='/opt/train yard':\"$PATH\"");
            assertThat(new NextCommands("http://127.0.0.1:8700", Map.of("TRAINYARD_COMMAND", "trainyard"))
                            .whenUp("127.0.0.1:9092", reader, Path.of("/srv/yard")))
                    .contains("Submit with: trainyard submit")
                    .doesNotContain("PATH");
        } finally {
            System.setProperty("trainyard.home", home);
        }
    }
}
