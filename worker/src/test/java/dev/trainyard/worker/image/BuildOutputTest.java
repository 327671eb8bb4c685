package dev.trainyard.worker.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.dockerfile.DockerfileInstruction;
import dev.trainyard.worker.engine.EngineMessage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BuildOutputTest {

    private final List<String> lines = new ArrayList<>();
    private int looks;

    @Test
    void a_long_message_of_many_lines_comes_in_order() {
        BuildOutput output = output("FROM x");

        output.accept(stream("a\n\n".repeat(300_000) + "b"));
        output.accept(stream("c\n"));

        assertThat(lines).hasSize(300_001).endsWith("a", "bc");
    }

    @Test
    void the_disk_is_looked_at_when_a_program_says_that_no_space_is_left_and_no_more_than_some_times() {
        BuildOutput output = new BuildOutput(
                lines::add, () -> ++looks == 3, instructions("FROM x", "RUN echo No space left on device", "RUN true"));

        output.accept(stream("Step 1/3 : FROM x\nStep 2/3 : RUN echo No space left on device\n"));
        assertThat(output.saysNoSpaceLeft()).isFalse();
        output.accept(stream("write: No space left on device\n".repeat(2)));
        assertThat(output.saysNoSpaceLeft()).isTrue();
        assertThat(output.diskWasFull()).isFalse();
        output.accept(stream("write: No space left on device\n".repeat(1000)));

        assertThat(output.diskWasFull()).isTrue();
        assertThat(looks).isEqualTo(20);
        output.accept(stream("Step 3/3 : RUN true\n"));
        assertThat(output.diskWasFull()).isFalse();
    }

    /** It would say which instruction failed, and the words of a base image would count as those of a registry. */
    @Test
    void a_program_that_prints_a_step_begins_none() {
        BuildOutput output = output("FROM a", "RUN true", "FROM --platform=linux/amd64 x AS b");
        output.accept(stream("Step 2/3 : FROM early\nStep 1/3 : FROM a\n"));
        output.accept(stream("# Executing 2 build triggers\n"));

        output.accept(stream("Step 1/1 : FROM x\nStep 1/3 : FROM x\nStep 3/3 : FROM x\nStep 99999999999/3 : FROM x\n"));
        output.accept(stream("Step 2/3 : COPY x y\nStep 2/3 : true\nStep 2/3 : RUN x\nStep 2/3 : RUN xtrue\n"));

        assertThat(output.step()).isEqualTo("Step 1/3 : FROM a");
        assertThat(output.ranTriggers()).isTrue();
        output.accept(stream("Step 2/3 : RUN true\n"));
        assertThat(output.step()).isEqualTo("Step 2/3 : RUN true");
        assertThat(output.ranTriggers())
                .as("one of the triggers may have said so")
                .isTrue();
        output.accept(stream("Step 3/3 : FROM --platform=linux/amd64 x AS b\n"));
        assertThat(output.step()).startsWith("Step 3/3 : FROM --platform");
    }

    @Test
    void a_step_that_a_program_announces_early_is_that_of_the_engine_when_it_comes() {
        BuildOutput output = output("FROM a", "COPY b c", "RUN d");
        output.accept(stream("Step 1/3 : FROM a\nStep 2/3 : COPY --x=y b c\nwords\nStep 2/3 : COPY b c\n"));

        assertThat(output.step()).isEqualTo("Step 2/3 : COPY b c");
        assertThat(output.lastOfStep(1)).isEmpty();
        output.accept(stream("Step 3/3 : RUN d\n"));
        assertThat(output.step()).isEqualTo("Step 3/3 : RUN d");
    }

    private BuildOutput output(String... instructions) {
        return new BuildOutput(lines::add, () -> false, instructions(instructions));
    }

    private static List<DockerfileInstruction> instructions(String... lines) {
        return Dockerfile.of(String.join("\n", lines), null).instructions();
    }

    private static EngineMessage stream(String text) {
        return new EngineMessage(text, null, null, 0, 0, null, null);
    }
}
