package dev.trainyard.worker.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DockerfileReachTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ADD http://127.0.0.1:8700/api/v1/info /x",
                "add https://example.org/x /x",
                "  \tAdD\thttp://169.254.169.254/ /x",
                "\u00a0ADD http://localhost/ /x",
                "ADD --chown=1:1 a HTTP://localhost/ /x",
                "ADD [\"http://localhost/\", \"/x\"]",
                "ADD --chown=1 [\"a\",\"http://localhost/\", \"/x\"]",
                "ADD [\"\\u0068ttp://localhost/\", \"/x\"]",
                "ADD [\"\\u0068ttp://localhost/\", \"/x\",]",
                "ADD ['http://localhost/', '/x']",
                "ADD 'http://localhost/' /x",
                "ADD h\"tt\"p://localhost/ /x",
                "ADD ht\\tp://localhost/ /x",
                "ADD $URL /x",
                "ADD \"$URL\" /x",
                "ADD ${SCHEME:-http}://localhost/ /x",
                "ADD http$REST /x",
                "ADD hTTps:${REST} /x",
                "ADD \\\n  http://localhost/ /x",
                "ADD \\  \n# a comment\n\n http://localhost/ /x",
                "ADD ht\\\ntp://localhost/ /x",
                "A\\\nDD http://localhost/ /x",
                "RUN true \\\\\nADD http://localhost/ /x",
                "# escape=`\nRUN dir c:\\\nADD `\nhttp://localhost/ /x",
                "ADD a\rhttp://localhost/ /x",
                "ONBUILD ADD http://localhost/ /x",
                "onbuild \\\n add $URL /x",
                "RUN true\n# \\\nADD http://localhost/ /x",
            })
    void whatever_may_be_an_address_that_the_engine_fetches_is_found(String line) {
        assertThat(DockerfileReach.of("FROM busybox\n" + line, Map.of()).downloads())
                .isNotEmpty();
        assertThat(DockerfileReach.of(line + "\r\nRUN true\r\n", Map.of()).downloads())
                .isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ADD source.tar /app/",
                "ADD ./$ARCHIVE /app/",
                "ADD data/${ARCHIVE} /app/",
                "ADD httpd.conf https.d /etc/",
                "ADD [\"a b\", \"/x\"]",
                "ADD --chown=$USER a /x",
                "COPY $FILE http://localhost/ /x",
                "RUN wget http://localhost/",
                "RUN echo \\\n  ADD_http://localhost/",
                "# ADD http://localhost/ /x",
                "LABEL a=\"ADD http://localhost/\"",
                "ENV ADD http://localhost/"
            })
    void what_stays_in_the_source_is_not(String line) {
        assertThat(DockerfileReach.of("FROM busybox\n" + line, Map.of()).downloads())
                .isEmpty();
    }

    @Test
    void images_are_named_with_the_values_of_arguments() {
        DockerfileReach reach = DockerfileReach.of("""
                ARG BASE=debian
                ARG VERSION
                ARG FULL="${BASE}:${VERSION:-bookworm}"
                FROM --platform=linux/amd64 $FULL AS build
                RUN psql -c 'select 1 \\
                  FROM somewhere'
                FROM scratch
                COPY --from=build /a /a
                COPY --chown=1 --from=team/tools:1 /b /b
                COPY --from=0 /c /c
                FROM Build
                FROM ${GIVEN:+x}y:${GIVEN}
                FROM ${MISSING}
                """, Map.of("GIVEN", "1", "VERSION", "trixie"));

        assertThat(reach.bases()).isEqualTo(Set.of("debian:trixie", "y:"));
        assertThat(reach.others()).isEqualTo(Set.of("team/tools:1"));
    }

    @Test
    @Timeout(60)
    void a_large_dockerfile_takes_no_longer_than_it_is_large() {
        String text = "RUN true \\\n".repeat(50_000) + " ".repeat(400_000) + "x\n" + "ADD ./$X y\n".repeat(10_000);

        assertThat(DockerfileReach.of(text, Map.of()).downloads()).isEmpty();
    }
}
