package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.db.Attempt;
import dev.trainyard.db.AttemptStore;
import dev.trainyard.worker.device.OfferedDevice;
import dev.trainyard.worker.engine.Containers;
import dev.trainyard.worker.engine.EngineException;
import dev.trainyard.worker.engine.OwnContainer;
import dev.trainyard.worker.engine.Owner;
import dev.trainyard.worker.engine.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Containers of this worker that no attempt needs. A container whose attempt has ended is removed. After a restore of the database, it may
 * not know the attempt of a container. Such a container is reported and left alone, because it is someone's training. No other job gets the
 * devices in its label until it ends.
 */
public final class LeftoverContainers {

    private static final Logger log = LoggerFactory.getLogger(LeftoverContainers.class);

    private final Containers containers;
    private final Owner owner;
    private final AttemptStore attempts;
    private final Set<String> reported = new HashSet<>();
    private volatile Map<String, String> holders = Map.of();

    public LeftoverContainers(Containers containers, Owner owner, AttemptStore attempts) {
        this.containers = containers;
        this.owner = owner;
        this.attempts = attempts;
    }

    /** The devices, with those of unknown containers marked as unavailable. While the engine is silent, its last answer counts. */
    public List<OfferedDevice> marked(List<OfferedDevice> devices) {
        try {
            look();
        } catch (EngineException e) {
            log.debug("containers not looked at", e);
        }
        Map<String, String> held = holders;
        return devices.stream()
                .map(device -> marked(device, held.get(device.key())))
                .toList();
    }

    /** Removes the containers of ended attempts. */
    void tidy() {
        try {
            for (OwnContainer container : look()) {
                containers.remove(container.id());
                log.info("removed container of an ended attempt name={}", container.name());
            }
        } catch (EngineException e) {
            log.debug("containers not looked at", e);
        }
    }

    /** Records the containers that the database does not know. Returns those of ended attempts that do not run. */
    private synchronized List<OwnContainer> look() {
        Map<String, String> held = new HashMap<>();
        List<OwnContainer> ended = new ArrayList<>();
        for (OwnContainer container : containers.list(owner)) {
            Optional<Attempt> attempt =
                    container.attempt() == null ? Optional.empty() : attempts.find(container.attempt());
            boolean runs = container.state() == State.RUNNING;
            if (attempt.isEmpty()) {
                if (reported.add(container.id().value())) {
                    log.warn("container of an unknown attempt, left alone name={}", container.name());
                }
                if (runs && container.attempt() != null) {
                    container.devices().forEach(device -> held.put(device, container.name()));
                }
            } else if (!runs && isOver(attempt.get())) {
                ended.add(container);
            }
        }
        holders = held;
        return ended;
    }

    private static boolean isOver(Attempt attempt) {
        return attempt.state() == AttemptState.ENDED && attempt.lost() == null;
    }

    private static OfferedDevice marked(OfferedDevice device, @Nullable String holder) {
        return holder == null
                ? device
                : new OfferedDevice(
                        device.key(),
                        device.index(),
                        device.kind(),
                        device.type(),
                        device.memory(),
                        "held by the container %s, which the database does not know".formatted(holder));
    }
}
