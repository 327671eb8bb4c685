package dev.trainyard.cli.drafts;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.cli.terminal.Table;
import dev.trainyard.core.draft.InvalidParameters;
import dev.trainyard.core.draft.ModelDraft;
import dev.trainyard.core.draft.ParameterDeclaration;
import dev.trainyard.core.draft.ParameterDeclarations;
import dev.trainyard.core.draft.ParameterType;
import dev.trainyard.core.request.DraftRef;
import dev.trainyard.core.request.ParameterValue;
import dev.trainyard.core.text.Problem;
import dev.trainyard.core.training.Parameter;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A draft as the server has it.
 *
 * @param ref with its version
 * @param answer as it came
 */
public record StoredDraft(DraftRef ref, ModelDraft draft, String answer) {

    /** @throws Failure if there is none of that name */
    public static StoredDraft fetch(ServerClient server, String name) {
        String answer = server.get("/drafts/" + ref(name));
        JsonObject fields = server.parse(answer);
        String source = fields.text("source");
        return new StoredDraft(
                ref(fields.text("draft")),
                new ModelDraft(
                        fields.text("compose"),
                        ParameterDeclarations.ofJson(fields.text("parameters")),
                        source.isEmpty() ? null : source),
                answer);
    }

    /** @throws Failure if the text names no draft */
    static DraftRef ref(String text) {
        try {
            return DraftRef.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.INVALID, Failure.reason(e), e);
        }
    }

    /**
     * As a message has them: texts, passed exactly as they are written.
     *
     * @throws Failure if one is given twice
     */
    public static Map<String, ParameterValue> values(List<Parameter> parameters) {
        Map<String, ParameterValue> values = new LinkedHashMap<>();
        for (Parameter each : parameters) {
            String text = Objects.requireNonNullElse(each.value(), "true");
            if (values.put(each.name(), new ParameterValue.Text(text)) != null) {
                throw new Failure(
                        ExitCode.INVALID, "the parameter %s is given twice. Give it once.".formatted(each.name()));
            }
        }
        return values;
    }

    /** The compose file with the parameters in it. */
    public String filled(Map<String, ParameterValue> params) {
        return orFailure(() -> draft.fill(params));
    }

    /** @throws Failure with everything that is wrong with them */
    public void check(Map<String, ParameterValue> params) {
        orFailure(() -> draft.parameters().apply(params, name -> name.startsWith("-") ? name : "--" + name));
    }

    private <T> T orFailure(Supplier<T> work) {
        try {
            return work.get();
        } catch (InvalidParameters e) {
            String problems =
                    e.problems().stream().map(Problem::toString).collect(Collectors.joining("\n  ", "\n  ", ""));
            throw new Failure(
                    ExitCode.INVALID,
                    "these parameters do not fit %s:%s\n  trainyard train %s --help shows them all"
                            .formatted(ref, problems, ref.name()),
                    e);
        }
    }

    /**
     * A row per parameter.
     *
     * @param width of the terminal
     */
    public void printParameters(PrintStream out, int width) {
        if (draft.parameters().declared().isEmpty()) {
            out.println("declares no parameters: it takes any");
            return;
        }
        Table table = new Table(List.of("PARAMETER", "TYPE", "VALUE", "DEFAULT", "HELP")).wrapped();
        for (ParameterDeclaration each : draft.parameters().declared()) {
            table.row(List.of(
                    each.name().startsWith("-") ? each.name() : "--" + each.name(),
                    each.type().word(),
                    each.type() == ParameterType.BOOL ? "a flag" : each.wanted(),
                    each.required() ? "(required)" : Objects.requireNonNullElse(each.defaultValue(), ""),
                    Objects.requireNonNullElse(each.help(), "")));
        }
        table.print(out, width);
    }
}
