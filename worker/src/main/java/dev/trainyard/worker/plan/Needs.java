package dev.trainyard.worker.plan;

import dev.trainyard.core.plan.Snapshot.Candidate;
import dev.trainyard.core.plan.Snapshot.Past;
import dev.trainyard.core.plan.WantedImage;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.RunSpec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What a job's request says to the planner; for one thread. */
final class Needs {

    /** A cycle looks at all that wait, as long as it has time. */
    private static final int REMEMBERED = 20_000;

    /** A queued job is looked at in every cycle, and reading its request is dear. By the SHA-256 of the request's JSON, which may be large. */
    private final Map<ByteBuffer, Candidate> read = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Candidate> eldest) {
            return size() > REMEMBERED;
        }
    };

    Candidate of(String json) {
        return read.computeIfAbsent(digest(json), any -> read(json));
    }

    private static ByteBuffer digest(String json) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(json.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static Candidate read(String json) {
        Request.Submit request = RequestCodec.accepted(json);
        RunSpec run = request.run();
        return new Candidate(
                request.jobId(),
                request.gpus(),
                run.ports().stream()
                        .filter(RunSpec.PortMapping::isExact)
                        .map(port -> port.protocol() + "/" + port.host())
                        .distinct()
                        .toList(),
                run.outputs().location(),
                run.cpus(),
                run.memory() == null ? null : run.memory().bytes(),
                request.image() instanceof ImageSource.Reference named
                        ? WantedImage.of(named).text()
                        : null,
                Set.of(),
                Past.NONE);
    }
}
