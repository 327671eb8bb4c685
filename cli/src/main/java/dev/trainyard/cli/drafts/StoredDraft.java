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
 * A draft from the server.
 *
 * @param ref the name with the version
 * @param answer the server's answer, unchanged
 */
public record StoredDraft(DraftRef ref, ModelDraft draft, String answer) {

    /** @throws Failure if the server has no draft with this name */
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

    /** @throws Failure if the text is not a valid name of a draft */
    static DraftRef ref(String text) {
        try {
            return DraftRef.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Failure(ExitCode.INVALID, Failure.reason(e), e);
        }
    }

    /**
     * The parameters as a message contains them: texts that are passed on unchanged.
     *
     * @throws Failure if a parameter is given twice
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

    /** The compose file with the parameters filled in. */
    public String filled(Map<String, ParameterValue> params) {
        return orFailure(() -> draft.fill(params));
    }

    /** @throws Failure with all problems of the parameters */
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
                    "these parameters do not fit %s:%s\n  To list its parameters: trainyard train %s --help"
                            .formatted(ref, problems, ref.name()),
                    e);
        }
    }

    /**
     * Prints a row for each parameter.
     *
     * @param width the width of the terminal
     */
    public void printParameters(PrintStream out, int width) {
        if (draft.parameters().declared().isEmpty()) {
            out.println("The draft declares no parameters. It accepts any parameter.");
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
