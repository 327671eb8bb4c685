package dev.trainyard.core.compose;

import dev.trainyard.core.reading.ConfigNode;
import dev.trainyard.core.reading.ConfigNode.Entry;
import dev.trainyard.core.reading.ConfigNode.Mapping;
import dev.trainyard.core.reading.ConfigNode.Merging;
import dev.trainyard.core.reading.ConfigNode.Scalar;
import dev.trainyard.core.reading.ConfigNode.Sequence;
import dev.trainyard.core.reading.InvalidFile;
import dev.trainyard.core.reading.Report;
import dev.trainyard.core.reading.SourceRange;
import dev.trainyard.core.reading.UnquotedText;
import dev.trainyard.core.text.Excerpt;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads YAML into a tree with positions. Size, depth and the expansion of aliases are limited. A repeated key in a mapping is a problem,
 * because one of its values would be ignored.
 */
public final class YamlReader {

    private static final int MAX_LENGTH = 1 << 20;
    private static final int MAX_DEPTH = 64;
    private static final int MAX_NODES = 50_000;
    private static final String CORE_TAG = "tag:yaml.org,2002:";
    private static final Set<String> STANDARD_TAGS =
            Set.of("str", "int", "float", "bool", "null", "seq", "map", "merge");

    /** Tags of scalars that are not text, even in quotes. */
    private static final Set<String> NUMBER_TAGS = Set.of("int", "float", "bool");

    private final String file;
    private final Iterator<Event> events;
    private final Report report;
    private final Map<Anchor, Built> anchors = new HashMap<>();

    /** A node, and the number of its nodes after all aliases are expanded. */
    private record Built(ConfigNode node, int nodes) {}

    private YamlReader(String file, Iterator<Event> events, Report report) {
        this.file = file;
        this.events = events;
        this.report = report;
    }

    /**
     * @param file the name of the text, as people know it
     * @throws InvalidFile if the text is not one YAML document within these bounds
     */
    public static ConfigNode read(String text, String file, Report report) {
        report.opens(file);
        if (text.length() > MAX_LENGTH) {
            report.problem(
                    SourceRange.start(file),
                    "",
                    "the file has more than %,d characters".formatted(MAX_LENGTH),
                    "Keep data out of it");
            throw report.refused();
        }
        try {
            LoadSettings settings =
                    LoadSettings.builder().setCodePointLimit(MAX_LENGTH).build();
            return new YamlReader(file, new Parse(settings).parseString(text).iterator(), report).document();
        } catch (MarkedYamlEngineException e) {
            SourceRange at = e.getProblemMark().map(mark -> span(file, mark)).orElseGet(() -> SourceRange.start(file));
            report.problem(
                    at, "", "this is not valid YAML: " + e.getProblem(), "Correct it here, or in the lines before");
            throw report.refused();
        } catch (YamlEngineException e) {
            String why = Excerpt.plain(String.valueOf(e.getMessage()), 200);
            report.problem(SourceRange.start(file), "", "this is not valid YAML: " + why, "Correct it");
            throw report.refused();
        }
    }

    private SourceRange at(Event event) {
        int end = event.getEndMark().map(Mark::getIndex).orElse(0);
        return event.getStartMark()
                .map(mark -> new SourceRange(
                        file,
                        mark.getLine() + 1,
                        mark.getColumn() + 1,
                        mark.getIndex(),
                        end,
                        event.getEventId() == Event.ID.Alias))
                .orElseGet(() -> SourceRange.start(file));
    }

    private static SourceRange until(SourceRange at, Event last) {
        int end = last.getEndMark().map(Mark::getIndex).orElse(at.end());
        return new SourceRange(at.file(), at.line(), at.column(), at.start(), end, at.alias());
    }

    private static SourceRange span(String file, Mark mark) {
        return new SourceRange(file, mark.getLine() + 1, mark.getColumn() + 1, mark.getIndex(), mark.getIndex(), false);
    }

    private ConfigNode document() {
        events.next();
        Event start = events.next();
        if (start.getEventId() == Event.ID.StreamEnd) {
            throw fatal(SourceRange.start(file), "the file is empty", "Write services: and at least one service");
        }
        Built root = node(events.next(), 0);
        events.next();
        Event next = events.next();
        if (next.getEventId() != Event.ID.StreamEnd) {
            throw fatal(at(next), "a second document starts here", "Keep one document in the file");
        }
        return root.node;
    }

    private InvalidFile fatal(SourceRange at, String what, String remedy) {
        report.problem(at, "", what, remedy);
        return report.refused();
    }

    private Built node(Event event, int depth) {
        return node(event, depth, tag(event));
    }

    private Built node(Event event, int depth, Optional<String> tag) {
        SourceRange at = at(event);
        if (depth > MAX_DEPTH) {
            throw fatal(at, "is nested more than %d levels deep".formatted(MAX_DEPTH), "Nest it less deeply");
        }
        return switch (event) {
            case AliasEvent alias -> alias(alias, at);
            case ScalarEvent scalar -> {
                boolean untagged = isUntagged(tag, at);
                boolean number = isNumber(tag, scalar.getValue(), at) || isNull(tag, scalar.getValue(), at);
                yield remember(
                        scalar.getAnchor(),
                        new Built(new Scalar(at, scalar.getValue(), number || scalar.isPlain() && untagged), 1));
            }
            case SequenceStartEvent start -> {
                isUntagged(tag, at);
                yield remember(start.getAnchor(), sequence(at, start.isFlow(), depth));
            }
            case MappingStartEvent start -> {
                isUntagged(tag, at);
                yield remember(start.getAnchor(), mapping(at, depth));
            }
            default -> throw fatal(at, "this is not valid YAML", "Correct it");
        };
    }

    private Built alias(AliasEvent alias, SourceRange at) {
        Built target = anchors.get(alias.getAlias());
        if (target == null) {
            throw fatal(
                    at,
                    "no complete anchor &%s precedes this alias".formatted(alias.getAlias()),
                    "Write the anchor first");
        }
        return new Built(target.node.at(at), target.nodes);
    }

    private Built remember(Optional<Anchor> anchor, Built built) {
        if (built.nodes > MAX_NODES) {
            throw fatal(built.node.at(), "stands for more than %,d values".formatted(MAX_NODES), "Use fewer aliases");
        }
        anchor.ifPresent(name -> anchors.put(name, built));
        return built;
    }

    private Built sequence(SourceRange at, boolean flow, int depth) {
        List<ConfigNode> items = new ArrayList<>();
        int nodes = 1;
        Event event = events.next();
        for (; event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            Built item = node(event, depth + 1);
            items.add(item.node);
            nodes = bounded(nodes + item.nodes, at);
        }
        return new Built(new Sequence(until(at, event), flow, List.copyOf(items)), nodes);
    }

    private Built mapping(SourceRange at, int depth) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        List<ConfigNode> merged = new ArrayList<>();
        int nodes = 1;
        Event event = events.next();
        for (; event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            ConfigNode key = node(event, depth + 1).node;
            Event next = events.next();
            Merging merging = merging(tag(next));
            Built value = node(next, depth + 1, merging == Merging.MERGED ? tag(next) : Optional.empty());
            nodes = bounded(nodes + value.nodes + 1, at);
            switch (key) {
                case Scalar name when name.plain() && name.text().equals("<<") -> merged.add(value.node);
                case Scalar name -> put(entries, name, new Entry(name, value.node, merging));
                case Sequence _, Mapping _ ->
                    report.problem(key.at(), "", "a key is a list or mapping", "Write a name as key");
            }
        }
        merged.forEach(source -> merge(source, entries));
        return new Built(new Mapping(until(at, event), Collections.unmodifiableMap(entries)), nodes);
    }

    private static Optional<String> tag(Event event) {
        return switch (event) {
            case ScalarEvent scalar -> scalar.getTag();
            case CollectionStartEvent start -> start.getTag();
            default -> Optional.empty();
        };
    }

    private static Merging merging(Optional<String> tag) {
        return switch (tag.orElse("")) {
            case "!override" -> Merging.REPLACED;
            case "!reset" -> Merging.REMOVED;
            default -> Merging.MERGED;
        };
    }

    private void put(Map<String, Entry> entries, Scalar key, Entry entry) {
        Entry first = entries.putIfAbsent(key.text(), entry);
        if (first != null) {
            String what =
                    "is repeated, first on line %d".formatted(first.key().at().line());
            report.problem(key.at(), Excerpt.plain(key.text(), 60), what, "Keep one of the two");
        }
    }

    /** A mapping's own keys override merged ones, and an earlier source overrides a later one. */
    private void merge(ConfigNode source, Map<String, Entry> entries) {
        switch (source) {
            case Mapping mapping -> mapping.entries().forEach(entries::putIfAbsent);
            case Sequence sequence -> sequence.items().forEach(item -> merge(item, entries));
            case Scalar scalar ->
                report.problem(scalar.at(), "<<", "merges a value that is not a mapping", "Merge a mapping: <<: *name");
        }
    }

    private int bounded(int nodes, SourceRange at) {
        if (nodes > MAX_NODES) {
            throw fatal(at, "stands for more than %,d values".formatted(MAX_NODES), "Use fewer aliases");
        }
        return nodes;
    }

    /** {@code !!float "1.0"} is a number: a tag overrides quotes. */
    private boolean isNumber(Optional<String> tag, String text, SourceRange at) {
        Optional<String> type = tag.map(name -> name.replace(CORE_TAG, "")).filter(NUMBER_TAGS::contains);
        type.filter(_ -> !UnquotedText.isNoText(text))
                .ifPresent(name -> report.problem(
                        at,
                        "",
                        "%s is not of type %s".formatted(Excerpt.quote(text), name),
                        "Write the value without the tag"));
        return type.isPresent();
    }

    /** {@code !!null ""} is null, not an empty text. */
    private boolean isNull(Optional<String> tag, String text, SourceRange at) {
        boolean tagged = tag.filter(name -> name.equals(CORE_TAG + "null")).isPresent();
        if (tagged && !new Scalar(at, text, true).isNull()) {
            report.problem(at, "", "%s is not null".formatted(Excerpt.quote(text)), "Write the value without the tag");
        }
        return tagged;
    }

    private boolean isUntagged(Optional<String> tag, SourceRange at) {
        tag.filter(name -> !name.equals("!") && !STANDARD_TAGS.contains(name.replace(CORE_TAG, "")))
                .ifPresent(name -> report.problem(
                        at,
                        "",
                        "the tag %s is not supported".formatted(Excerpt.quote(name)),
                        "Write the value without it"));
        return tag.filter(name -> name.equals("!") || name.equals(CORE_TAG + "str"))
                .isEmpty();
    }
}
