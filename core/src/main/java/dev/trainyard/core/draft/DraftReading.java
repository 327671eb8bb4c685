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
 * A draft as read and checked from its author. It can become a training anywhere: it needs neither other files nor environment variables,
 * and its image is available there. Only the digest of its packed build context may be missing.
 *
 * @param compose the compose file's text
 * @param training the training without parameters
 */
public record DraftReading(String compose, ParameterDeclarations parameters, TrainingSpec training) {

    /**
     * Reads a draft and the declarations of its parameters.
     *
     * @param declarations in the format of {@link ParameterDeclarations#read}. Empty: the draft accepts any parameters
     * @param builtFromSource whether a build context comes with it, so that it does not have to name an image
     * @throws InvalidFile with all problems of both files
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
     * Returns the draft to store.
     *
     * @param digest the digest of the uploaded build context. May be null
     * @throws InvalidFile if the image is built and the digest is null
     */
    public ModelDraft withSource(@Nullable String digest) {
        if (training.build() != null && digest == null) {
            throw new InvalidFile(List.of(new Problem(
                    "services.%s.build".formatted(training.service()),
                    "is built from files that are not part of the draft",
                    "Add the draft with trainyard drafts add, which packs and uploads them")));
        }
        return new ModelDraft(compose, parameters, digest);
    }
}
