package dev.trainyard.worker.policy;

import dev.trainyard.core.request.JobId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The files of a host, for tests of its policy. */
final class AHost {

    static final Path OUTPUTS = Path.of("/var/lib/trainyard/outputs");
    static final Path STATE = Path.of("/var/lib/trainyard/worker");

    /** The only job that still runs. */
    static final JobId RUNNING = new JobId(UUID.randomUUID());

    private AHost() {}

    static HostFiles with(Path outputs, Path state) {
        return ThisHost.now(outputs, List.of(state), (job, number) -> job.equals(RUNNING));
    }

    /** A host of which other users cannot enter any folder, on every machine that runs the test. */
    static HostFiles closed() {
        return new ClosedHost(with(OUTPUTS, STATE));
    }

    private record ClosedHost(HostFiles host) implements HostFiles {

        @Override
        public Optional<Path> real(Path path) {
            return host.real(path);
        }

        @Override
        public boolean isManaged(Path real) {
            return host.isManaged(real);
        }

        @Override
        public Optional<String> objection(Path real, boolean readOnly) {
            return host.objection(real, readOnly);
        }

        @Override
        public Optional<Path> openToOthers(Path real, Path allowed) {
            return Optional.empty();
        }

        @Override
        public Optional<Path> openToOthers(Path real) {
            return Optional.empty();
        }
    }
}
