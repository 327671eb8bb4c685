package dev.trainyard.worker.attempt;

import dev.trainyard.db.AttemptStore;
import dev.trainyard.worker.device.OfferedDevice;
import dev.trainyard.worker.engine.Containers;
import dev.trainyard.worker.engine.EngineException;
import dev.trainyard.worker.engine.OwnContainer;
import dev.trainyard.worker.engine.Owner;
import dev.trainyard.worker.engine.State;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Containers of this worker whose attempts the database does not know: it was restored from before they began. They are somebody's
 * training and are left alone; their label tells which devices they hold, and those are for nobody else until they end.
 */
public final class UnknownContainers {

    private static final Logger log = LoggerFactory.getLogger(UnknownContainers.class);

    private final Containers containers;
    private final Owner owner;
    private final AttemptStore attempts;
    private Map<String, String> holders = Map.of();

    public UnknownContainers(Containers containers, Owner owner, AttemptStore attempts) {
        this.containers = containers;
        this.owner = owner;
        this.attempts = attempts;
    }

    /** The devices, those that such a container holds marked as not to be placed on. While the engine is silent: as it said last. */
    public synchronized List<OfferedDevice> marked(List<OfferedDevice> devices) {
        try {
            holders = look();
        } catch (EngineException e) {
            log.debug("containers not looked at", e);
        }
        return devices.stream()
                .map(device -> marked(device, holders.get(device.key())))
                .toList();
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

    private Map<String, String> look() {
        Map<String, String> found = new HashMap<>();
        for (OwnContainer container : containers.list(owner)) {
            if (container.state() == State.RUNNING
                    && container.attempt() != null
                    && attempts.find(container.attempt()).isEmpty()) {
                container.devices().forEach(device -> found.put(device, container.name()));
            }
        }
        return found;
    }
}
