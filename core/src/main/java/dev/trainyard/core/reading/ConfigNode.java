package dev.trainyard.core.reading;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A YAML document with positions, after anchors and merge keys are resolved. */
public sealed interface ConfigNode {

    /** The position where the node is used. For an alias, the position of the alias. */
    SourceRange at();

    ConfigNode at(SourceRange span);

    /**
     * A scalar.
     *
     * @param plain whether it has no quotes, so that it may be a number, true, false or null
     */
    record Scalar(SourceRange at, String text, boolean plain) implements ConfigNode {

        private static final Set<String> NULLS = Set.of("", "~", "null", "Null", "NULL");

        public boolean isNull() {
            return plain && NULLS.contains(text);
        }

        @Override
        public ConfigNode at(SourceRange span) {
            return new Scalar(span, text, plain);
        }
    }

    record Sequence(SourceRange at, boolean flow, List<ConfigNode> items) implements ConfigNode {
        @Override
        public ConfigNode at(SourceRange span) {
            return new Sequence(span, flow, items);
        }
    }

    /** Entries in order. Merged entries follow the mapping's own entries. */
    record Mapping(SourceRange at, Map<String, Entry> entries) implements ConfigNode {

        public Optional<ConfigNode> get(String key) {
            return Optional.ofNullable(entries.get(key)).map(Entry::value);
        }

        @Override
        public ConfigNode at(SourceRange span) {
            return new Mapping(span, entries);
        }
    }

    /** @param merging how this entry changes the entry with the same name in an earlier file */
    record Entry(Scalar key, ConfigNode value, Merging merging) {

        public Entry(Scalar key, ConfigNode value) {
            this(key, value, Merging.MERGED);
        }
    }

    /** How an entry changes an entry of an earlier file: {@code !override} replaces it, {@code !reset} removes it. */
    enum Merging {
        MERGED,
        REPLACED,
        REMOVED
    }
}
