package dev.trainyard.worker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.trainyard.core.dockerfile.DockerfileInstruction;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StageValuesTest {

    private static final String SIXTEEN = "a".repeat(16);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ENV A=$A$A",
                "ENV A $A$A",
                "ENV A=\"${A}${A}\"",
                "ENV B=1 A=${A:-$A}$A",
                "ARG A=$A${A}",
                "ENV A=$A\\ $A",
                "ENV $N=$A$A",
                "FROM x\nENV A=$A$A",
                "ENV B=$A$A\nENV A=$B",
                "ENV A=${A//a/$A$A}",
            })
    void values_that_double_with_each_line_are_refused_before_they_are_long(String line) {
        ImageFailure failure = catchThrowableOfType(
                ImageFailure.class, () -> add("ENV A=" + SIXTEEN + "\n" + (line + "\n").repeat(20)));

        assertThat(failure).hasMessageContaining("more than 64 KiB").hasMessageContaining("of the Dockerfile");
    }

    @Test
    void a_value_of_the_base_image_or_of_the_build_counts_as_long_as_it_is() {
        String many = "LABEL a=" + "$A".repeat(3);
        String long30 = "x".repeat(30_000);

        StageValues inherited = new StageValues(Map.of());
        inherited.inherit(List.of("PATH=/bin", "A=" + long30));
        assertThat(catchThrowableOfType(ImageFailure.class, () -> inherited.add(instructions(many), "ONBUILD of x")))
                .hasMessageContaining("line 1 of ONBUILD of x (LABEL)");
        assertThat(catchThrowableOfType(
                        ImageFailure.class,
                        () -> new StageValues(Map.of("A", long30)).add(instructions(many), "the Dockerfile")))
                .isNotNull();
    }

    @Test
    void all_together_are_at_most_a_mebibyte() {
        ImageFailure failure = catchThrowableOfType(
                ImageFailure.class, () -> add("ENV A=" + "x".repeat(60_000) + "\n" + "WORKDIR /$A\n".repeat(20)));

        assertThat(failure).hasMessageContaining("more than 1 MiB together");
    }

    @Test
    void what_people_write_is_not_refused() {
        assertThatCode(() ->
                        add("""
                        ARG VERSION=1.2.3
                        FROM busybox
                        ENV PATH=/opt/conda/bin:$PATH LD_LIBRARY_PATH=/usr/local/cuda/lib64:$LD_LIBRARY_PATH
                        ENV PATH /usr/local/bin:$PATH
                        """ + "ENV PATH=/opt/x/bin:${PATH} CUDA=/x/$PATH\n".repeat(40) + "LABEL v=${VERSION//./-}\n"
                                + "RUN echo $PATH\n".repeat(100)))
                .doesNotThrowAnyException();
        // The shell fills these in, and only when it runs.
        assertThatCode(() -> add("RUN " + "x".repeat(200_000))).doesNotThrowAnyException();
    }

    private static void add(String dockerfile) {
        StageValues values = new StageValues(Map.of());
        values.inherit(List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
        values.add(instructions(dockerfile), "the Dockerfile");
    }

    private static List<DockerfileInstruction> instructions(String dockerfile) {
        return DockerfileInstruction.of(dockerfile, null);
    }
}
