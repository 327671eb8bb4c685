package dev.trainyard.cli.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.dockerfile.DockerfileInstruction;
import java.util.List;
import org.junit.jupiter.api.Test;

class DockerfileArchivesTest {

    @Test
    void archives_from_the_context_are_found() {
        assertThat(DockerfileArchives.archives(instructions("""
                # syntax=docker/dockerfile:1
                FROM base AS build
                ADD digits.tar /
                add --chown=1:1 ./sub/more.tar.gz extra.tgz \\
                    # a comment amid the words
                    /srv/
                COPY ["with blank.tar", "/"]
                """)))
                .containsExactly("digits.tar", "sub/more.tar.gz", "extra.tgz", "with blank.tar");
    }

    @Test
    void names_that_only_the_build_can_resolve_are_left_out() {
        assertThat(DockerfileArchives.archives(instructions("""
                FROM base
                ADD https://example.org/a.tar /
                ADD git@example.org:x/b.tar /
                ADD $SOURCE.tar /
                ADD *.tar /
                COPY --from=build c.tar /
                COPY . /
                COPY main.py /app.tar
                RUN tar -xf d.tar
                # ADD e.tar /
                """))).isEmpty();
    }

    @Test
    void copied_and_still_packed_archives_are_not_unpacked() {
        assertThat(DockerfileArchives.unpacked(instructions("""
                FROM base
                ADD digits.tar /
                add --chown=1:1 ["more.tgz", "/"]
                COPY copied.tar /
                ADD --unpack=false packed.tar /
                """))).containsExactly("digits.tar", "more.tgz");
    }

    private static List<DockerfileInstruction> instructions(String text) {
        return DockerfileInstruction.of(text, null);
    }
}
