package dev.trainyard.worker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.sun.management.ThreadMXBean;
import dev.trainyard.core.dockerfile.DockerfileInstruction;
import dev.trainyard.core.lifecycle.Cause;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DockerfileReachTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ADD http://127.0.0.1:8700/api/v1/info /x",
                "add https://example.org/x /x",
                "  \tAdD\thttp://169.254.169.254/ /x",
                "ADD --chown=1:1 a HTTP://localhost/ /x",
                "ADD [\"http://localhost/\", \"/x\"]",
                "ADD --chown=1 [\"a\",\"http://localhost/\", \"/x\"]",
                "ADD [\"\\u0068ttp://localhost/\", \"/x\"]",
                "ADD [\"\\u0068ttp://localhost/\", \"/x\",]",
                "ADD 'http://localhost/' /x",
                "ADD h\"tt\"p://localhost/ /x",
                "ADD ht\\tp://localhost/ /x",
                "ADD \u200bhttp://localhost/ /x",
                "ADD $URL /x",
                "ADD \"$URL\" /x",
                "ADD ${SCHEME:-http}://localhost/ /x",
                "ADD http$REST /x",
                "ADD hTTps:${REST} /x",
                "ADD \\\n  http://localhost/ /x",
                "ADD \\  \n# a comment\n\n http://localhost/ /x",
                "ADD ht\\\ntp://localhost/ /x",
                "A\\\nDD http://localhost/ /x",
                "ONBUILD ADD http://localhost/ /x",
                "onbuild \\\n add $URL /x",
                "ADD -- http://localhost/ /x",
                "ADD [\"a\", \"b\"] http://localhost/ /x",
                "ADD [\"http:\\/\\/localhost/\", \"/x\"]",
                "ADD --cho\"wn\"=1:1 http://localhost/ /x",
                "ONBUILD ADD --chown='1 1' $URL /x",
                "RUN true\n# \\\nADD http://localhost/ /x",
                "ADD [\"\\ufeffhttp://localhost/\",\"/x\"]",
                "ADD [\"\\uFEFF\\u0068ttp://localhost/\",\"/x\"]",
                "ADD [\"a\", \"http://localhost/\", \"/x/\"] b",
                "ADD [\"\\u0068ttp://localhost/\", \"/x/\"] b",
                "ADD [\"a\", \"/x/\"],[\"http://localhost/\"]",
                "ADD [\"http://localhost/\", \"/x/\", 1]",
                "ADD [\"a\", \"\\ud800http://localhost/\", \"/x/\"]",
                "ADD [\"\\u200Bhttp://localhost/\", \"/x\"]",
                "ADD h$@ttp://localhost/ /x",
                "ADD [\"\\ufeff$URL\",\"/x\"]",
                "ADD [\"\\uFEFFh$REST\",\"/x\"]",
                "ADD h\u200Bttp://localhost/ /x",
                "ADD a \"\"http://localhost/ /x/",
                "ADD a ${E:-}http://localhost/ /x/",
                "# escape=`\nADD h`ttp://localhost/ /x",
            })
    void every_word_that_may_be_a_url_for_the_engine_is_found(String line) {
        assertThat(reach("FROM busybox\n" + line, Map.of()).downloads()).isNotEmpty();
        assertThat(reach("FROM busybox\r\n" + line + "\r\nRUN true\r\n", Map.of())
                        .downloads())
                .isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ADD source.tar /app/",
                "ADD ./$ARCHIVE /app/",
                "ADD data/${ARCHIVE} /app/",
                "ADD . $HOME",
                "ADD ['http://localhost/', '/x']",
                "ADD a b ${APP}/",
                "ADD [\"a\", \"$HOME\"]",
                "ADD [ \"./$A\", \"$HOME\" ]",
                "ADD [ab]*.txt /x/",
                "ADD \"requirements.txt\" /x",
                "ADD \u65e5\u672c\u8a9e.txt \u00e9.txt /x/",
                "ADD [\"\u00e4 b\", \"\\u00e4\", \"/x/\"]",
                "ADD http /x",
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
    void a_path_in_the_source_is_not_found(String line) {
        assertThat(reach("FROM busybox\n" + line, Map.of()).downloads()).isEmpty();
    }

    /** What Go's unicode.IsSpace knows, and what its text/scanner leaves out at the beginning of a word. */
    @ParameterizedTest
    @ValueSource(
            ints = {
                0xA0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A,
                0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0x85, 0xFEFF
            })
    void characters_that_the_engine_drops_do_not_hide_a_url(int character) {
        for (String line : List.of(
                "ADD %shttp://localhost/ /x",
                "ADD %1$s%1$shttp://localhost/ /x",
                "ADD %s http://localhost/ /x",
                "ADD %s--chown=0 http://localhost/ /x",
                "ADD --chown=0 %shttp://localhost/ /x",
                "ADD -- %shttp://localhost/ /x",
                "ADD a %shttp://localhost/ /x",
                "ADD %s$URL /x",
                "ADD a \"%shttp://localhost/\" /x",
                "ADD \\\n%shttp://localhost/ /x",
                "ADD %s\\\nhttp://localhost/ /x",
                "ADD %s[\"http://localhost/\", \"/x\"]",
                "ADD %s[\"\\u0068ttp://localhost/\", \"/x/\"]",
                "ADD [\"%shttp://localhost/\", \"/x\"]",
                "ADD [%s\"\\u0068ttp://localhost/\", \"/x/\"]",
                "ADD http://localhost/%s/x",
                "ONBUILD ADD %shttp://localhost/ /x",
                "ONBUILD ADD --chown=0 %s[\"\\u0068ttp://localhost/\", \"/x/\"]",
                "ONBUILD%sADD http://localhost/ /x",
                "ONBUILD %sADD http://localhost/ /x",
                "ADD%shttp://localhost/ /x",
                "%sADD http://localhost/ /x")) {
            String text = "FROM busybox\n" + line.formatted(Character.toString(character));

            assertThat(isRefusedOrFound(text)).as(text).isTrue();
        }
    }

    private static boolean isRefusedOrFound(String text) {
        try {
            return !reach(text, Map.of()).downloads().isEmpty();
        } catch (ImageFailure e) {
            assertThat(e.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
            return true;
        }
    }

    @Test
    void images_are_named_with_the_values_of_arguments() {
        DockerfileReach reach = reach("""
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
                COPY --from=99999999999999999999 /c /c
                ONBUILD COPY --from=build /d /d
                FROM Build
                FROM ${GIVEN:+x}y:${GIVEN}
                FROM ${MISSING}
                """, Map.of("GIVEN", "1", "VERSION", "trixie"));

        assertThat(reach.bases()).isEqualTo(Set.of("debian:trixie", "y:"));
        assertThat(reach.others()).isEqualTo(Set.of("team/tools:1", "build", "99999999999999999999"));
        assertThat(reach.copied()).isEqualTo(Set.of("team/tools:1", "99999999999999999999"));
    }

    @Test
    void a_stage_is_known_by_its_name_only_when_it_is_done() {
        DockerfileReach reach = reach("""
                FROM tools AS tools
                COPY --from=Tools /a /a
                FROM x
                COPY --from=tools /a /a
                FROM Tools
                """, Map.of());

        assertThat(reach.bases()).isEqualTo(Set.of("tools", "x"));
        assertThat(reach.others()).isEqualTo(Set.of("Tools"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', commentCharacter = '%', textBlock = """
            ARG A=x                        | ${A:-y}          | x
            ARG B=x                        | ${A:-${B:-z}}/y  | x/y
            ARG B=x                        | ${A-"$B"}        | x
            ARG A=                         | ${A-x}y          | y
            ARG A=                         | ${A:-x}          | x
            ARG A=1                        | ${A+x}           | x
            ARG A                          | x${A:+y}         | x
            ARG A=1                        | x${A?no}         | x1
            ARG A='x$B' B="y 'z'"          | "$A"             | x$B
            ARG B=1 A=x"$B"'$B'            | $A               | x1$B
            ARG A=one                      | $GIVEN/$A        | given/one
            ARG GIVEN=other                | ${GIVEN}         | given
            ARG A=a\\b B=x                 | y                | y
            """)
    void the_name_of_a_base_image_is_replaced_as_the_engine_does(String argument, String from, String image) {
        String text = "%s\nARG GIVEN\nFROM %s".formatted(argument, from);

        assertThat(reach(text, Map.of("GIVEN", "given")).bases()).isEqualTo(Set.of(image));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FROM ${A#x}",
                "FROM ${A/x/y}",
                "FROM ${A:-x",
                "FROM 'x",
                "FROM a\\b",
                "FROM ${A:0:1}",
                "FROM $$",
                "FROM $1",
                "ARG A=a\\ B=x\nFROM $B",
                "ARG 'A=b'\nFROM $A",
                "ARG N=A $N=b\nFROM $A",
                "ARG A=1\u00a0B=x\nFROM $B",
            })
    void a_name_that_engines_make_differently_is_refused(String text) {
        ImageFailure failure = catchThrowableOfType(ImageFailure.class, () -> reach(text, Map.of()));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(failure).hasMessageContaining("line " + (text.contains("\n") ? 2 : 1));
    }

    @Test
    @Timeout(60)
    void arguments_that_multiply_each_other_do_not_fill_the_memory() {
        StringBuilder text = new StringBuilder("ARG A0=0123456789\n");
        for (int i = 1; i <= 64; i++) {
            text.append("ARG A%d=$A%d$A%d\n".formatted(i, i - 1, i - 1));
        }

        assertThat(reach(text + "FROM x", Map.of()).bases()).containsExactly("x");
        assertThatThrownBy(() -> reach(text + "FROM $A64", Map.of())).isInstanceOf(ImageFailure.class);
        assertThatThrownBy(() -> reach("FROM " + "${A:-".repeat(100_000), Map.of()))
                .isInstanceOf(ImageFailure.class);
    }

    static Stream<Arguments> crowds() {
        String value = "ARG b=" + "x".repeat(4_000) + "\n";
        return Stream.of(
                argumentSet("of arguments", value + crowd("ARG a%d=$b\n") + "FROM x\n"),
                argumentSet("of arguments in one line", value + "ARG" + crowd(" a%d=$b") + "\nFROM x\n"),
                argumentSet("of one argument's values", value + crowd("ARG a=%d$b\n") + "FROM x\n"),
                argumentSet("of words for values that are not there", value + crowd("ARG a=${c-%d$b}\n") + "FROM x\n"),
                argumentSet("of words that are left out", value + crowd("ARG a%d=${c+$b}\n") + "FROM x\n"),
                argumentSet("of images", value + crowd("FROM a%d$b\n")),
                argumentSet("of platforms", value + crowd("FROM --platform=a%d$b x\n")));
    }

    private static String crowd(String each) {
        return IntStream.range(0, 40_000).mapToObj(each::formatted).collect(Collectors.joining());
    }

    @ParameterizedTest
    @MethodSource("crowds")
    void values_are_bounded_all_together(String text) {
        List<DockerfileInstruction> instructions = Dockerfile.of(text, null).instructions();
        long before = allocated();

        ImageFailure failure =
                catchThrowableOfType(ImageFailure.class, () -> DockerfileReach.of(instructions, Map.of()));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(failure).hasMessageContaining("values").hasMessageContaining("1 MiB");
        assertThat(allocated() - before).as("bytes that were taken of the heap").isLessThan(64 << 20);
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    private static DockerfileReach reach(String text, Map<String, String> arguments) {
        return DockerfileReach.of(Dockerfile.of(text, null).instructions(), arguments);
    }

    @Test
    @Timeout(60)
    void a_large_dockerfile_takes_no_longer_than_it_is_large() {
        String text = "FROM busybox\n" + "RUN true \\\n".repeat(50_000) + " ".repeat(400_000) + "x\n"
                + "ADD ./$X y\n".repeat(10_000);

        assertThat(reach(text, Map.of()).downloads()).isEmpty();
    }
}
