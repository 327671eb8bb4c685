package dev.trainyard.db;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Parses Postgres' text form of an array: <code>{1,NULL,"a \\"b\\""}</code>, nested, or with bounds as in <code>[0:1]={1,2}</code>. */
final class ArrayText {

    private final String text;
    private final char delimiter;
    private final Function<String, @Nullable Object> element;
    private int at;

    private ArrayText(String text, char delimiter, Function<String, @Nullable Object> element) {
        this.text = text;
        this.delimiter = delimiter;
        this.element = element;
    }

    /**
     * Returns a list of elements, or of lists.
     *
     * @param delimiter a comma; for the type box a semicolon
     * @param element converts the text of an element
     * @throws IllegalArgumentException if the text is not an array
     */
    static List<@Nullable Object> parse(String text, char delimiter, Function<String, @Nullable Object> element) {
        ArrayText array = new ArrayText(text, delimiter, element);
        if (text.startsWith("[")) {
            array.at = text.indexOf('=') + 1;
        }
        List<@Nullable Object> list = array.list();
        if (array.at != text.length()) {
            throw new IllegalArgumentException("not an array: " + text);
        }
        return list;
    }

    private List<@Nullable Object> list() {
        List<@Nullable Object> list = new ArrayList<>();
        expect('{');
        if (peek() == '}') {
            at++;
            return list;
        }
        while (true) {
            list.add(peek() == '{' ? list() : peek() == '"' ? element.apply(quoted()) : plain());
            char after = peek();
            at++;
            if (after == '}') {
                return list;
            }
            if (after != delimiter) {
                throw new IllegalArgumentException("not an array: " + text);
            }
        }
    }

    private String quoted() {
        expect('"');
        StringBuilder value = new StringBuilder();
        while (peek() != '"') {
            at += peek() == '\\' ? 1 : 0;
            value.append(peek());
            at++;
        }
        at++;
        return value.toString();
    }

    private @Nullable Object plain() {
        int from = at;
        while (peek() != delimiter && peek() != '}') {
            at++;
        }
        String value = text.substring(from, at);
        return value.equals("NULL") ? null : element.apply(value);
    }

    private void expect(char c) {
        if (peek() != c) {
            throw new IllegalArgumentException("not an array: " + text);
        }
        at++;
    }

    private char peek() {
        if (at >= text.length()) {
            throw new IllegalArgumentException("not an array: " + text);
        }
        return text.charAt(at);
    }
}
