package dev.trainyard.standalone.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceDirectoryTest {
    @TempDir
    Path directory;

    @Test
    void a_new_directory_is_its_owners_only() throws IOException {
        Path created = directory.resolve("deep/state");

        ServiceDirectory.claim(created).close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(created)))
                .isEqualTo("rwx------");
    }

    @Test
    void a_claim_holds_for_every_path_to_the_directory_until_it_is_closed() throws IOException {
        Path link =
                Files.createSymbolicLink(directory.resolve("link"), Files.createDirectory(directory.resolve("state")));
        try (ServiceDirectory claimed = ServiceDirectory.claim(directory.resolve("state"))) {
            assertThatThrownBy(() -> ServiceDirectory.claim(link))
                    .isInstanceOf(LocalServiceException.class)
                    .hasMessageContaining(claimed.path() + " is in use by this process: a running trainyard up or demo")
                    .hasMessageContaining("--dir");
        }

        ServiceDirectory.claim(link).close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"$(date)", "a`b`", "a\"b", "a\\b", "a,b", "a\nb"})
    void a_path_that_a_service_would_misread_is_refused(String name) {
        assertThatThrownBy(() -> ServiceDirectory.claim(directory.resolve(name)))
                .isInstanceOf(LocalServiceException.class)
                .hasMessageContaining("choose another directory");
    }

    @Test
    void the_wanted_port_goes_before_the_remembered_one() throws IOException {
        try (ServiceDirectory state = ServiceDirectory.claim(directory)) {
            state.remember(new LoopbackPort(20_001));

            assertThat(state.port(0)).isEqualTo(new LoopbackPort(20_001));
            assertThat(state.port(20_002)).isEqualTo(new LoopbackPort(20_002));
        }
    }

    @Test
    void a_damaged_port_file_is_named() throws IOException {
        Files.writeString(directory.resolve("port"), "twenty");

        try (ServiceDirectory state = ServiceDirectory.claim(directory)) {
            assertThatThrownBy(() -> state.port(0))
                    .isInstanceOf(LocalServiceException.class)
                    .hasMessageContaining(directory.resolve("port") + " contains 'twenty'");
        }
    }
}
