package dev.trainyard.worker.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.plan.Snapshot.Kind;
import dev.trainyard.core.text.DataSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeclaredDevicesTest {

    @TempDir
    Path directory;

    @Test
    void yaml_declares_devices() throws Exception {
        assertThat(devices("""
                        # the second card is in repair
                        - key: GPU-a
                          type: NVIDIA A30
                          memory: 24GiB
                        - {key: MIG-b, memory: 9728 MiB, index: 7}
                        """))
                .containsExactly(
                        new OfferedDevice("GPU-a", 0, Kind.GPU, "NVIDIA A30", DataSize.parse("24g"), null),
                        new OfferedDevice("MIG-b", 7, Kind.MIG, "", DataSize.parse("9728m"), null));
    }

    @Test
    void json_declares_devices() throws Exception {
        assertThat(devices("[{\"key\": \"GPU-a\", \"type\": \"NVIDIA A30\", \"memory\": \"24GiB\", \"index\": 1}]"))
                .containsExactly(new OfferedDevice("GPU-a", 1, Kind.GPU, "NVIDIA A30", DataSize.parse("24g"), null));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        - key: GPU-a\\n  memroy: 24GiB      | line 2: unknown key "memroy"
        - key: GPU-a\\n- type: NVIDIA A30   | line 2: this device has no key
        - key: all                          | line 1: "all" does not fit: a key is a UUID
        - key: 0                            | line 1: "0" does not fit: a key is a UUID
        - key: GPU-a,GPU-b                  | line 1: "GPU-a,GPU-b" does not fit: a key is a UUID
        - key: GPU-a\\n  memory: 24         | line 2: "24" does not fit: memory is a size such as 24GiB
        - key: GPU-a\\n  memory: much       | line 2: "much" does not fit: memory is a size
        - key: GPU-a\\n  index: first       | line 2: "first" does not fit: index is a number
        - key: GPU-a\\n  key: GPU-b         | line 2: key is written twice
        - key: GPU-a\\n- key: GPU-a         | line 2: key "GPU-a" is declared twice
        - key: GPU-a\\n  index: 1\\n- key: GPU-b | line 3: index 1 is taken
        - key: [GPU-a]                      | line 1: a single value is expected
        - GPU-a                             | line 1: a device is written as key
        - key: 'GPU-a                       | line 1: this is neither YAML nor JSON
        key: GPU-a                          | is not a list of devices
        """)
    void an_invalid_value_is_refused_with_file_and_line(String text, String message) {
        assertThatThrownBy(() -> devices(text.replace("\\n", "\n")))
                .isInstanceOf(DeviceProblem.class)
                .hasMessageContaining(directory.resolve("devices").toString())
                .hasMessageContaining(message);
    }

    @Test
    void the_example_of_the_documentation_declares_devices() throws Exception {
        Matcher example =
                Pattern.compile("(?s)```yaml\n(.*?)```").matcher(Files.readString(Path.of("../docs/hosts.md")));
        assertThat(example.find()).isTrue();

        assertThat(devices(example.group(1)))
                .containsExactly(
                        new OfferedDevice(
                                "GPU-6a3c1f52-0b1e-4c5e-9a51-2d7c8e4f9b10",
                                0,
                                Kind.GPU,
                                "NVIDIA A30",
                                DataSize.parse("24g"),
                                null),
                        new OfferedDevice(
                                "MIG-1d2b7c90-54a1-5f0e-8c3b-7e6f5a4d3c2b",
                                3,
                                Kind.MIG,
                                "",
                                DataSize.parse("9728m"),
                                null));
    }

    @Test
    void an_empty_file_declares_nothing_and_is_refused() {
        assertThatThrownBy(() -> devices("")).hasMessageContaining("is not a list of devices");
    }

    @Test
    void a_file_that_is_not_there_is_named() {
        assertThatThrownBy(() -> new DeclaredDevices(directory.resolve("none.yaml")).devices())
                .isInstanceOf(DeviceProblem.class)
                .hasMessageContainingAll("none.yaml", "there is no such file", "--devices file:PATH");
    }

    private List<OfferedDevice> devices(String text) throws IOException, DeviceProblem {
        return new DeclaredDevices(Files.writeString(directory.resolve("devices"), text)).devices();
    }
}
