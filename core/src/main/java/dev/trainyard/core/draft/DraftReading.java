package dev.trainyard.core.draft;

import dev.trainyard.core.compose.ComposeOptions;
import dev.trainyard.core.compose.ComposeResolver;
import dev.trainyard.core.compose.ComposeText;
import dev.trainyard.core.reading.InvalidFile;
import dev.trainyard.core.reading.Report;
import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.text.Problem;
import dev.trainyard.core.training.TrainingSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A draft as its author hands it in, understood: it becomes a training wherever it is filled in. It needs no file beside it and no
 * variable of somebody's environment, and has an image that can be had there. It may lack only the digest of its packed build context.
 *
 * @param compose the compose file's text
 * @param training what it describes, without parameters
 */
public record DraftReading(String compose, ParameterDeclarations parameters, TrainingSpec training) {

    /**
     * Reads a draft and the declarations of its parameters.
     *
     * @param declarations as {@link ParameterDeclarations#read} reads them; empty: it takes any parameters
     * @param builtFromSource whether a build context comes with it, so that it need not name an image
     * @throws InvalidFile with every problem of both files
     */
    public static DraftReading read(
            String compose, String composeFile, String declarations, String declarationsFile, boolean builtFromSource) {
        List<Problem> problems = new ArrayList<>();
        ParameterDeclarations parameters = ParameterDeclarations.ANY;
        try {
            parameters = ParameterDeclarations.read(declarations, declarationsFile);
        } catch (InvalidFile e) {
            problems.addAll(e.problems());
        }
        try {
            TrainingSpec training = training(compose, composeFile, builtFromSource);
            if (problems.isEmpty()) {
                return new DraftReading(compose, parameters, training);
            }
        } catch (InvalidFile e) {
            problems.addAll(e.problems());
        }
        throw new InvalidFile(problems);
    }

    private static TrainingSpec training(String compose, String fileName, boolean builtFromSource) {
        Report report = Report.ofStoredDraft();
        ComposeDraft.requireCommand(compose, fileName, report);
        return ComposeResolver.resolve(
                List.of(new ComposeText(fileName, compose)),
                report,
                new ComposeOptions(null, Map.of(), TextFiles.NONE, List.of(), builtFromSource));
    }

    /**
     * The draft to store.
     *
     * @param digest of the uploaded build context; null: there is none
     * @throws InvalidFile if the image is built, and there is none
     */
    public ModelDraft withSource(@Nullable String digest) {
        if (training.build() != null && digest == null) {
            throw new InvalidFile(List.of(new Problem(
                    "services.%s.build".formatted(training.service()),
                    "is built from files that do not come with the draft",
                    "Add the draft with trainyard drafts add, which packs and uploads them")));
        }
        return new ModelDraft(compose, parameters, digest);
    }
}
