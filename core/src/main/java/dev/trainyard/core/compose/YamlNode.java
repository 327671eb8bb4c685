package dev.trainyard.core.compose;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A YAML document with its positions; anchors and merge keys are already followed. */
sealed interface YamlNode {

    /** Where it is used: for an alias, the place of the alias. */
    Span at();

    YamlNode at(Span span);

    /**
     * A text.
     *
     * @param plain written without quotes, so that it may mean a number, true, false or null
     */
    record Scalar(Span at, String text, boolean plain) implements YamlNode {

        private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

        boolean isNull() {
            return plain && NULLS.contains(text);
        }

        @Override
        public YamlNode at(Span span) {
            return new Scalar(span, text, plain);
        }
    }

    record Sequence(Span at, boolean flow, List<YamlNode> items) implements YamlNode {
        @Override
        public YamlNode at(Span span) {
            return new Sequence(span, flow, items);
        }
    }

    /** Entries in their order, merged ones after the mapping's own. */
    record Mapping(Span at, Map<String, Entry> entries) implements YamlNode {

        Optional<YamlNode> get(String key) {
            return Optional.ofNullable(entries.get(key)).map(Entry::value);
        }

        @Override
        public YamlNode at(Span span) {
            return new Mapping(span, entries);
        }
    }

    /** @param merging what becomes of the entry of that name in the file below */
    record Entry(Scalar key, YamlNode value, Merging merging) {

        Entry(Scalar key, YamlNode value) {
            this(key, value, Merging.MERGED);
        }
    }

    /** How an entry goes over the one of an earlier file: {@code !override} replaces it, {@code !reset} removes it. */
    enum Merging {
        MERGED,
        REPLACED,
        REMOVED
    }
}
