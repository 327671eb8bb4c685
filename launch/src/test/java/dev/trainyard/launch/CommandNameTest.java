package dev.trainyard.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandNameTest {

    private final CommandName inSourceTree = new CommandName(Map.of("TRAINYARD_COMMAND", "./trainyard"));

    @Test
    void the_commands_in_a_message_are_written_as_the_program_was_called() {
        assertThat(inSourceTree.in("Follow it: trainyard logs -f J. See 'trainyard show --help'."))
                .isEqualTo("Follow it: ./trainyard logs -f J. See './trainyard show --help'.");
    }

    @Test
    void without_a_word_of_the_launcher_they_stay_as_they_are() {
        String message = "End it: trainyard cancel J";

        assertThat(new CommandName(Map.of()).in(message)).isEqualTo(message);
        assertThat(new CommandName(Map.of("TRAINYARD_COMMAND", " ")).in(message))
                .isEqualTo(message);
    }

    @Test
    void paths_images_and_prose_are_not_commands() {
        for (String message : new String[] {
            "/var/lib/trainyard is in use",
            "image trainyard/digits",
            "registry/trainyard was pulled",
            "Trainyard is up",
            "trainyard: queued"
        }) {
            assertThat(inSourceTree.in(message)).isEqualTo(message);
        }
    }
}
