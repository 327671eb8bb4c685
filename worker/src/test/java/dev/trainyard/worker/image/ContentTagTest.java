package dev.trainyard.worker.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.training.ImageSource.Build;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ContentTagTest {

    @Test
    void the_tag_depends_on_all_that_the_image_is_built_from_and_on_nothing_else() {
        String tag = ContentTag.of(build("sha256:1", "Dockerfile", Map.of("A", "1"), null, null), "a");

        assertThat(tag).matches("trainyard/build:[0-9a-f]{40}");
        assertThat(ContentTag.of(build("sha256:1", "Dockerfile", Map.of("A", "1"), null, "team/model:1"), "a"))
                .isEqualTo(tag);
        assertThat(ContentTag.of(build("sha256:2", "Dockerfile", Map.of("A", "1"), null, null), "a"))
                .isNotEqualTo(tag);
        assertThat(ContentTag.of(build("sha256:1", "Dockerfile.gpu", Map.of("A", "1"), null, null), "a"))
                .isNotEqualTo(tag);
        assertThat(ContentTag.of(build("sha256:1", "Dockerfile", Map.of("A", "2"), null, null), "a"))
                .isNotEqualTo(tag);
        assertThat(ContentTag.of(build("sha256:1", "Dockerfile", Map.of("A1", ""), null, null), "a"))
                .isNotEqualTo(tag);
        assertThat(ContentTag.of(build("sha256:1", "Dockerfile", Map.of("A", "1"), "train", null), "a"))
                .isNotEqualTo(tag);
        assertThat(ContentTag.of(build("sha256:1", "Dockerfile", Map.of("A", "1"), null, null), "b"))
                .isNotEqualTo(tag);
    }

    private static Build build(
            String source, String dockerfile, Map<String, String> args, @Nullable String target, @Nullable String tag) {
        return new Build(source, dockerfile, args, target, tag);
    }
}
