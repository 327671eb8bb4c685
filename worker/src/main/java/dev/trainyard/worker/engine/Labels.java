package dev.trainyard.worker.engine;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.request.JobId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Labels that identify Trainyard's containers and their owners. */
public final class Labels {

    public static final String INSTALLATION = "dev.trainyard.installation";
    public static final String WORKER = "dev.trainyard.worker";
    public static final String JOB = "dev.trainyard.job";
    public static final String ATTEMPT = "dev.trainyard.attempt";
    /** After a restore of the database, only this label tells which devices an unknown container holds. */
    static final String DEVICES = "dev.trainyard.devices";

    /** On a volume: the team for whose jobs it was created. */
    public static final String TEAM = "dev.trainyard.team";

    private Labels() {}

    public static Map<String, String> of(Owner owner, JobId job, AttemptId attempt, List<ReservedDevice> devices) {
        Map<String, String> labels = new LinkedHashMap<>(ownedBy(owner));
        labels.put(JOB, job.toString());
        labels.put(ATTEMPT, attempt.toString());
        labels.put(DEVICES, devices.stream().map(ReservedDevice::key).collect(Collectors.joining(",")));
        return labels;
    }

    public static Map<String, String> ownedBy(Owner owner) {
        return Map.of(
                INSTALLATION,
                owner.installation().toString(),
                WORKER,
                owner.worker().toString());
    }

    public static @Nullable AttemptId attempt(Map<String, String> labels) {
        return parse(labels.get(ATTEMPT), AttemptId::parse);
    }

    public static List<String> devices(Map<String, String> labels) {
        String devices = labels.getOrDefault(DEVICES, "");
        return devices.isEmpty() ? List.of() : List.of(devices.split(","));
    }

    /** A label may have been changed by hand (a commit and a run). A text that is not an id counts as no label. */
    private static <T> @Nullable T parse(@Nullable String text, Function<String, T> parser) {
        try {
            return text == null ? null : parser.apply(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
