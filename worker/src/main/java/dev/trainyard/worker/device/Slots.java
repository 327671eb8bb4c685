package dev.trainyard.worker.device;

import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.plan.Snapshot.Kind;
import java.util.List;
import java.util.stream.IntStream;

/** Placeholder devices for hosts without a GPU. They limit the number of simultaneous attempts; containers get nothing. */
record Slots(int count, WorkerId workerId) implements DeviceProvider {

    @Override
    public List<OfferedDevice> devices() {
        return IntStream.range(0, count)
                .mapToObj(i -> new OfferedDevice(workerId + "/slot-" + i, i, Kind.SLOT, "", null, null))
                .toList();
    }
}
