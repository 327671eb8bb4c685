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
 * How one kind of model is trained: a compose file that is complete but for its arguments, and which arguments it takes. Made by
 * {@link DraftReading}, which checks it.
 *
 * @param compose the compose file's text
 * @param source digest of the uploaded build context, {@code sha256:} and 64 hexadecimal digits; null: the image is pulled by its name
 */
public record ModelDraft(
        String compose,
        ParameterDeclarations parameters,
        @Nullable String source) {

    /**
     * The compose file with the parameters filled in.
     *
     * @throws InvalidParameters if they do not fit; problems name the parameters alone
     */
    public String fill(Map<String, ParameterValue> params) {
        return ComposeDraft.fill(compose, "draft", parameters.apply(params, UnaryOperator.identity()));
    }

    /**
     * What the message asks for, written out: what a worker runs.
     *
     * @throws InvalidParameters if its parameters do not fit
     * @throws InvalidRequest if what comes out is no valid message
     * @throws InvalidFile if this release reads the stored draft in another way than the one that stored it
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
            Outputs outputs = new Outputs(written.run().outputs().target(), train.outputs());
            written = written.with(written.run().withOutputs(outputs));
        }
        // Whoever reads it later does not report to the one who submitted.
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

    /** Identity of the content: SHA-256 over its parts, 64 hexadecimal digits. */
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
