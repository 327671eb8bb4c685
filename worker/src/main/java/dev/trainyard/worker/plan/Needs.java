package dev.trainyard.worker.plan;

import dev.trainyard.core.plan.Snapshot.Candidate;
import dev.trainyard.core.plan.Snapshot.Past;
import dev.trainyard.core.request.ImageSource;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.request.RunSpec;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a job's request says to the planner; for one thread. */
final class Needs {

    /** As many as a cycle looks at. */
    private static final int REMEMBERED = 512;

    /** A queued job is looked at in every cycle, and reading its request is dear. By the request's JSON. */
    private final Map<String, Candidate> read = new LinkedHashMap<>(REMEMBERED, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Candidate> eldest) {
            return size() > REMEMBERED;
        }
    };

    Candidate of(String json) {
        return read.computeIfAbsent(json, Needs::read);
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
                request.image() instanceof ImageSource.Reference(String reference, ImageSource.Pull pull)
                                && pull != ImageSource.Pull.NEVER
                        ? reference
                        : null,
                Past.NONE);
    }
}
