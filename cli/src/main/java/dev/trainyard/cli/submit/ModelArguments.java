package dev.trainyard.cli.submit;

import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.draft.ParameterDeclarations;
import dev.trainyard.core.draft.ParameterType;
import dev.trainyard.core.request.ParameterValue;
import dev.trainyard.core.text.Excerpt;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model's own parameters, written as arguments of its program: {@code --lr 0.1 --amp --epochs=3}. */
final class ModelArguments {

    private final ParameterDeclarations declared;
    private final Map<String, ParameterValue> values = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    private ModelArguments(ParameterDeclarations declared) {
        this.declared = declared;
    }

    /** @throws Failure with all arguments that cannot be parsed */
    static Map<String, ParameterValue> parse(List<String> words, ParameterDeclarations declared) {
        ModelArguments arguments = new ModelArguments(declared);
        int at = 0;
        while (at < words.size()) {
            at += arguments.one(words.get(at), at + 1 < words.size() ? words.get(at + 1) : "--");
        }
        if (!arguments.problems.isEmpty()) {
            throw new Failure(ExitCode.INVALID, String.join("\n  ", arguments.problems));
        }
        return arguments.values;
    }

    /** Returns the number of words that it consumed. */
    private int one(String word, String next) {
        if (!word.matches("-{1,2}[^-=\\s][^=\\s]*(?s:=.*)?")) {
            problems.add("%s is not a parameter. Write --NAME VALUE.".formatted(Excerpt.quote(word)));
            return 1;
        }
        int equals = word.indexOf('=');
        String name = equals < 0 ? word : word.substring(0, equals);
        if (equals >= 0) {
            put(name, new ParameterValue.Text(word.substring(equals + 1)));
            return 1;
        }
        boolean flag = declared.find(name)
                .filter(each -> each.type() == ParameterType.BOOL)
                .isPresent();
        if (flag && !next.equals("true") && !next.equals("false")) {
            put(name, new ParameterValue.Flag(true));
            return 1;
        }
        if (next.startsWith("--")
                || (next.startsWith("-") && declared.find(next).isPresent())) {
            problems.add("%s has no value. Write %s VALUE, or %s=VALUE if the value starts with a dash."
                    .formatted(Excerpt.plain(name, 60), Excerpt.plain(name, 60), Excerpt.plain(name, 60)));
            return 1;
        }
        put(name, new ParameterValue.Text(next));
        return 2;
    }

    private void put(String name, ParameterValue value) {
        String key = name.startsWith("--") ? name.substring(2) : name;
        if (values.put(key, value) != null) {
            problems.add("%s is given twice. Give it once.".formatted(Excerpt.plain(name, 60)));
        }
    }
}
