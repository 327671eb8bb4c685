package dev.trainyard.submitter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.submitter.rest.RestConfiguration;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.bind.annotation.RequestMapping;

class RestDocumentTest {

    @Test
    void the_document_names_every_operation_and_no_other() throws IOException {
        String document = Files.readString(Path.of("../docs/rest.md"));

        Set<String> documented = Pattern.compile("^\\| `([A-Z]+ /[^`]*)`", Pattern.MULTILINE)
                .matcher(document)
                .results()
                .map((MatchResult match) -> match.group(1))
                .collect(Collectors.toSet());

        assertThat(documented).isEqualTo(operations());
    }

    private static Set<String> operations() {
        Import controllers = Objects.requireNonNull(RestConfiguration.class.getAnnotation(Import.class));
        return Arrays.stream(controllers.value())
                .flatMap(RestDocumentTest::operations)
                .collect(Collectors.toSet());
    }

    private static Stream<String> operations(Class<?> controller) {
        RequestMapping common = AnnotatedElementUtils.findMergedAnnotation(controller, RequestMapping.class);
        String prefix = common == null ? "" : common.path()[0];
        return Arrays.stream(controller.getDeclaredMethods()).flatMap(method -> operation(prefix, method));
    }

    private static Stream<String> operation(String prefix, Method method) {
        RequestMapping mapping = AnnotatedElementUtils.findMergedAnnotation(method, RequestMapping.class);
        return mapping == null
                ? Stream.of()
                : Stream.of(mapping.method()[0] + " " + prefix + (mapping.path().length == 0 ? "" : mapping.path()[0]));
    }
}
