package dev.trainyard.core.draft;

import dev.trainyard.core.compose.ComposeOptions;
import dev.trainyard.core.compose.ComposeResolver;
import dev.trainyard.core.compose.ComposeText;
import dev.trainyard.core.reading.InvalidFile;
import dev.trainyard.core.reading.Report;
import dev.trainyard.core.reading.TextFiles;
import dev.trainyard.core.request.InvalidRequest;
import dev.trainyard.core.request.ParameterValue;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.request.SubmitOptions;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.Parameter;
import dev.trainyard.core.training.RunSpec.Outputs;
import dev.trainyard.core.training.TrainingSpec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How one kind of model is trained: a compose file without arguments, and the parameters that it accepts. Created and checked by
 * {@link DraftReading}.
 *
 * @param compose the compose file's text
 * @param source digest of the uploaded build context, {@code sha256:} and 64 hexadecimal digits. Null if the image is pulled
 */
public record ModelDraft(
        String compose,
        ParameterDeclarations parameters,
        @Nullable String source) {

    /**
     * Returns the compose file with the parameters filled in.
     *
     * @throws InvalidParameters if they do not fit. Problems contain only the names of parameters
     */
    public String fill(Map<String, ParameterValue> params) {
        return ComposeDraft.fill(compose, "draft", parameters.apply(params, UnaryOperator.identity()));
    }

    /**
     * Resolves a request for this draft to the request that a worker runs.
     *
     * @throws InvalidParameters if its parameters do not fit
     * @throws InvalidRequest if the result is not a valid message
     * @throws InvalidFile if this release reads the stored draft differently from the release that stored it
     */
    public Request.Submit resolve(Request.Train train) {
        List<Parameter> words = parameters.apply(train.params(), name -> "$.params." + name);
        String fileName = train.draft().toString();
        TrainingSpec spec = ComposeResolver.resolve(
                List.of(new ComposeText(fileName, compose)),
                Report.ofStoredDraft(),
                new ComposeOptions(null, Map.of(), TextFiles.NONE, words, source != null));
        ImageSource image = source == null ? spec.pulled() : spec.builtFrom(source);
        Request.Submit written = options(train).toRequest(spec, train.jobId(), image);
        if (train.outputs() != null) {
            Outputs outputs = new Outputs(written.run().storage().outputs().target(), train.outputs());
            written = written.with(written.run().withOutputs(outputs));
        }
        // The planner cannot show notices to the submitter.
        RequestCodec.decode(RequestCodec.encode(written));
        return written;
    }

    private static SubmitOptions options(Request.Train train) {
        return new SubmitOptions(
                Objects.requireNonNullElse(train.name(), train.draft().name()),
                train.team(),
                train.submittedBy(),
                train.labels(),
                train.priority(),
                train.gpus(),
                train.retry(),
                train.timeLimit(),
                train.gracePeriod(),
                train.submittedAt(),
                train.notBefore());
    }

    /** Identifies the content: SHA-256 over its parts, 64 hexadecimal digits. */
    public String digest() {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            for (String part : List.of(compose, parameters.toJson(), source == null ? "" : source)) {
                sha256.update(part.getBytes(StandardCharsets.UTF_8));
                sha256.update((byte) 0);
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
