package dev.trainyard.core.json;

import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.text.DurationText;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.text.Problem;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A JSON node with its path. A value of the wrong type reads as absent, because the schema reports it. */
public record JsonFields(JsonNode node, String path, List<Problem> problems) {

    public boolean isPresent() {
        return node.isObject();
    }

    public boolean has(String name) {
        return node.has(name);
    }

    public JsonFields object(String name) {
        return new JsonFields(node.path(name), child(path, name), problems);
    }

    public Stream<JsonFields> list(String name) {
        JsonFields list = object(name);
        return list.node.isArray()
                ? IntStream.range(0, list.node.size())
                        .mapToObj(i -> new JsonFields(list.node.path(i), list.path + "[" + i + "]", problems))
                : Stream.of();
    }

    @Nullable
    public String text(String name) {
        JsonNode field = node.path(name);
        return field.isString() ? field.asString() : null;
    }

    public String text(String name, String absent) {
        JsonNode field = node.path(name);
        return field.isString() ? field.asString() : absent;
    }

    public String asText() {
        return node.isString() ? node.asString() : "";
    }

    public Map<String, String> texts(String name) {
        Map<String, String> texts = new LinkedHashMap<>();
        JsonNode field = node.path(name);
        if (field.isObject()) {
            field.properties()
                    .forEach(each -> texts.put(each.getKey(), each.getValue().asString("")));
        }
        return Collections.unmodifiableMap(texts);
    }

    @Nullable
    public List<String> words(String name) {
        return node.path(name).isArray() ? list(name).map(JsonFields::asText).toList() : null;
    }

    public boolean flag(String name) {
        return node.path(name).asBoolean(false);
    }

    public long integer(String name, long absent) {
        return object(name).asInteger(absent);
    }

    public long asInteger(long absent) {
        return node.isNumber() && node.canConvertToLong() && node.canConvertToExactIntegral()
                ? node.asLong(absent)
                : absent;
    }

    @Nullable
    public BigDecimal decimal(String name) {
        JsonNode field = node.path(name);
        return field.isNumber() ? field.decimalValue() : null;
    }

    @Nullable
    public DataSize size(String name) {
        JsonFields field = object(name);
        try {
            long bytes = field.asInteger(-1);
            DataSize size =
                    bytes >= 0 ? new DataSize(bytes) : field.node.isString() ? DataSize.parse(field.asText()) : null;
            if (size != null && size.bytes() >= 1L << 53) {
                problem(name, Excerpt.quote(field.asText()) + " is out of range", "Give less than 8p");
                return null;
            }
            return size;
        } catch (IllegalArgumentException e) {
            problem(name, String.valueOf(e.getMessage()), "Give bytes as an integer, or text such as 512m or 8gb");
            return null;
        }
    }

    @Nullable
    public Duration duration(String name, Duration longest) {
        @Nullable String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            Duration duration = DurationText.parse(text);
            if (duration.compareTo(longest) > 0) {
                long days = longest.toDays();
                String most = days > 1 ? days + " days" : days == 1 ? "a day" : "an hour";
                problem(name, "is longer than " + most, "Give a shorter time");
            }
            return duration;
        } catch (IllegalArgumentException e) {
            problem(name, String.valueOf(e.getMessage()), "Give a duration, for example PT1H30M or 1h30m");
            return null;
        }
    }

    @Nullable
    public Instant instant(String name) {
        @Nullable String text = text(name);
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            problem(
                    name,
                    Excerpt.quote(text) + " is not an instant",
                    "Give an instant with its offset, for example 2026-11-30T20:00:00Z");
            return null;
        }
    }

    /** A path without empty segments and a trailing slash. A path with {@code ..} is a problem, because its target is unclear. */
    public String plainPath(String name, String text) {
        if (List.of(text.split("/", -1)).stream().anyMatch(segment -> segment.equals("..") || segment.equals("."))) {
            problem(name, Excerpt.quote(text) + " contains . or .. as a segment", "Write the full path");
        }
        String path = text.replaceAll("/{2,}", "/");
        return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /** Reports a problem of a field, or of this node if the name is empty, unless a problem with this path is already known. */
    public void problem(String name, String what, String remedy) {
        String at = name.isEmpty() ? path : child(path, name);
        if (problems.stream().noneMatch(known -> known.where().equals(at))) {
            problems.add(new Problem(at, what, remedy));
        }
    }

    /** The JSON path of a field. */
    public static String child(String path, String name) {
        return name.matches("[A-Za-z_][A-Za-z0-9_]*") ? path + "." + name : path + "[" + shownName(name) + "]";
    }

    /** A field's name in quotes. Of {@code NAME=VALUE}, only the name, because the value may be a secret. */
    public static String shownName(String name) {
        int value = name.indexOf('=') + 1;
        return Excerpt.quote(value == 0 ? name : name.substring(0, value) + "…");
    }
}
