package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.plan.WantedImage;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.db.Attempt;
import dev.trainyard.db.HostUse;
import dev.trainyard.db.LogStore.Source;
import dev.trainyard.db.Outcome;
import dev.trainyard.worker.attempt.Waiting.Woken;
import dev.trainyard.worker.engine.EngineRefused;
import dev.trainyard.worker.engine.EngineSilent;
import dev.trainyard.worker.engine.EngineVolume;
import dev.trainyard.worker.image.ImageFailure;
import dev.trainyard.worker.image.ProvidedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** First step: begins the attempt, and provides its image on this host. */
final class ImageStep implements Step {

    private final Host host;

    ImageStep(Host host) {
        this.host = host;
    }

    @Override
    public Known run(AttemptRun run, Known before) {
        Known known = before;
        while (true) {
            known = SettledAttempt.of(host, run, known);
            Attempt attempt = known.row();
            boolean ours = attempt.state() == AttemptState.RESERVED || attempt.state() == AttemptState.PREPARING;
            if (!ours || attempt.containerId() != null) {
                return known;
            }
            if (attempt.stopReason() != null) {
                AttemptEnd.failed(host, run, attempt, attempt.stopReason().cause(), "stopped before it started");
                continue;
            }
            try {
                if (begin(run, attempt) && provide(run, attempt)) {
                    return known.engineAnswered();
                }
            } catch (EngineSilent e) {
                known = run.waitForEngine(known, e);
            }
        }
    }

    /** Returns whether the attempt has begun and needs its image. Otherwise its row has changed: read it again. */
    private boolean begin(AttemptRun run, Attempt attempt) {
        Request.Submit request = run.request();
        try {
            HostUse use = run.persist(host::use);
            Map<String, EngineVolume> volumes = host.volumesOf(request.run());
            List<String> granted = host.granted(run, request);
            Optional<String> refusal = run.ofDisk(() -> host.refusal(request, volumes, granted, use));
            if (refusal.isPresent()) {
                AttemptEnd.refused(host, run, attempt, Cause.POLICY_DENIED, refusal.get());
                return false;
            }
            String location = run.ofDisk(() -> host.location(attempt, request.run()));
            return run.persist(() -> host.attempts().begin(host.me(), run.id(), location)) == Outcome.APPLIED;
        } catch (Woken e) {
            if (!e.byRow()) {
                AttemptEnd.diskSilent(host, run, attempt);
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Records that this host no longer has the image, so that it is fetched again before a job that needs it is placed here. */
    static void isGone(Host host, AttemptRun run, Request.Submit request) {
        if (request.image() instanceof ImageSource.Reference named) {
            run.persist(() -> {
                host.imageRows().gone(host.me(), WantedImage.of(named));
                return true;
            });
        }
    }

    /** With {@code pull: always} the image was pulled before the attempt was placed, unless a planner of an earlier release placed it. */
    private boolean isPulled(AttemptRun run, Request.Submit request) {
        return request.image() instanceof ImageSource.Reference named
                && named.pull() == ImageSource.Pull.ALWAYS
                && run.persist(() -> host.imageRows().isPulledFor(run.id(), WantedImage.of(named)));
    }

    /** Anyone's build can give a name to an image, so that no such image gets the submitter's own folders. */
    private ProvidedImage image(AttemptRun run, Request.Submit request, boolean pulled) throws InterruptedException {
        boolean ofEngine = pulled || !request.run().storage().inPlace().isEmpty();
        return ofEngine && request.image() instanceof ImageSource.Reference named
                ? host.images().pulled(named.reference())
                : host.images().provide(request.image(), request.team(), line -> run.say(Source.IMAGE, line));
    }

    /** Returns whether the host has the image. Otherwise the row has changed: read it again. */
    private boolean provide(AttemptRun run, Attempt attempt) {
        Request.Submit request = run.request();
        try {
            boolean pulled = isPulled(run, request);
            ProvidedImage image = run.await(null, true, () -> image(run, request, pulled));
            return run.persist(() -> host.attempts().imaged(host.me(), run.id(), image.id())) == Outcome.APPLIED;
        } catch (Woken e) {
            // The row has changed: read it again.
            return false;
        } catch (ImageFailure e) {
            if (e.verdict() == Cause.IMAGE_PULL_FAILED) {
                isGone(host, run, request);
            }
            String detail = AttemptEnd.hidden(request).maskedIn(e.detail(attempt.jobId()));
            boolean unused = e.verdict() == Cause.POLICY_DENIED
                    ? AttemptEnd.refused(host, run, attempt, e.verdict(), detail)
                    : AttemptEnd.failed(host, run, attempt, e.verdict(), detail);
            return false;
        } catch (EngineRefused e) {
            // The engine does not accept the name, so that it has no such image.
            AttemptEnd.failed(
                    host,
                    run,
                    attempt,
                    Cause.IMAGE_UNAVAILABLE,
                    AttemptEnd.hidden(request).maskedInWordsOfOthers(e.reason()));
            return false;
        }
    }
}
