package dev.trainyard.core.reading;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A YAML document with its positions; anchors and merge keys are already followed. */
public sealed interface ConfigNode {

    /** Where it is used: for an alias, the place of the alias. */
    SourceRange at();

    ConfigNode at(SourceRange span);

    /**
     * A text.
     *
     * @param plain written without quotes, so that it may mean a number, true, false or null
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

    /** Entries in their order, merged ones after the mapping's own. */
    record Mapping(SourceRange at, Map<String, Entry> entries) implements ConfigNode {

        public Optional<ConfigNode> get(String key) {
            return Optional.ofNullable(entries.get(key)).map(Entry::value);
        }

        @Override
        public ConfigNode at(SourceRange span) {
            return new Mapping(span, entries);
        }
    }

    /** @param merging what becomes of the entry of that name in the file below */
    record Entry(Scalar key, ConfigNode value, Merging merging) {

        public Entry(Scalar key, ConfigNode value) {
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
