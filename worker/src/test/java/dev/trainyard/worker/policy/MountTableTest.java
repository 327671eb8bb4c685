package dev.trainyard.worker.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MountTableTest {

    private static final MountTable TABLE = MountTable.parse("""
            20 1 254:0 / / rw,relatime - ext4 /dev/vda rw
            21 20 0:20 / /proc rw,nosuid,nodev,noexec - proc proc rw
            22 20 254:0 /var/lib/trainyard /data/also\\040here rw,relatime - ext4 /dev/vda rw
            23 20 254:16 / /logs rw,nosuid,nodev shared:1 - ext4 /dev/vdb rw
            24 20 254:16 /runs /srv/runs rw,relatime - ext4 /dev/vdb rw
            25 20 0:30 / /scratch rw,nosuid - tmpfs tmpfs rw
            26 20 254:32 / /hidden/below rw - ext4 /dev/vdc rw
            27 20 254:33 / /hidden rw - ext4 /dev/vdd rw
            28 20 0:4 net:[4026531840] /run/netns/a rw - nsfs nsfs rw
            """);

    @Test
    void a_folder_that_is_mounted_a_second_time_is_known_there() {
        assertThat(shows("/data/also here", "/var/lib/trainyard/outputs")).isTrue();
        assertThat(shows("/data/also here/outputs/J", "/var/lib/trainyard/outputs"))
                .isTrue();
        assertThat(shows("/data", "/var/lib/trainyard/outputs")).isTrue();
        assertThat(shows("/data/also here/postgres", "/var/lib/trainyard/outputs"))
                .isFalse();
        assertThat(shows("/data/other", "/var/lib/trainyard/outputs")).isFalse();
        assertThat(shows("/srv/runs/7", "/logs/runs")).isTrue();
        assertThat(shows("/srv/runs/7", "/logs/others")).isFalse();
    }

    @Test
    void a_mount_below_the_other_folder_does_not_count() {
        assertThat(shows("/srv/runs", "/logs")).isTrue();
        assertThat(shows("/srv/runs", "/var")).isFalse();
        assertThat(shows("/var/lib/trainyard", "/data")).isFalse();
    }

    @Test
    void a_folder_is_armed_wherever_it_is_reached_with_set_user_id_bits_or_device_files() {
        assertThat(TABLE.armedPaths(Path.of("/logs/others"))).isEmpty();
        assertThat(TABLE.armedPaths(Path.of("/logs/runs/7"))).containsExactly(Path.of("/srv/runs/7"));
        assertThat(TABLE.armedPaths(Path.of("/logs"))).containsExactly(Path.of("/srv/runs"));
        assertThat(TABLE.armedPaths(Path.of("/scratch/a"))).containsExactly(Path.of("/scratch/a"));
        assertThat(TABLE.armedPaths(Path.of("/var/lib/trainyard/a")))
                .containsExactly(Path.of("/var/lib/trainyard/a"), Path.of("/data/also here/a"));
    }

    @Test
    void a_mount_that_another_has_covered_is_not_the_way() {
        assertThat(TABLE.armedPaths(Path.of("/hidden/below"))).containsExactly(Path.of("/hidden/below"));
        assertThat(shows("/hidden/below/x", "/hidden/below/x")).isTrue();
    }

    @Test
    void the_table_of_this_machine_is_read() throws Exception {
        assertThat(MountTable.read().armedPaths(Path.of("/")))
                .as("every table has a root")
                .isNotNull();
    }

    private static boolean shows(String mounted, String other) {
        return TABLE.shows(Path.of(mounted), Path.of(other));
    }
}
