package dev.trainyard.core.compose;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.reading.InvalidFile;
import dev.trainyard.core.reading.Report;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.training.GpuReservation;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Chooses the service of a project that trains. */
public final class TrainingService {

    private static final int MOST_SERVICES = 200;

    private final @Nullable String wanted;
    private final Map<String, String> environment;
    private final Report report;

    /**
     * @param wanted the service that the submitter names. Null: the one that reserves a GPU, or the only one
     * @param environment may contain COMPOSE_PROFILES
     */
    public TrainingService(@Nullable String wanted, Map<String, String> environment, Report report) {
        this.wanted = wanted;
        this.environment = environment;
        this.report = report;
    }

    /** @throws InvalidFile if no service is suitable, or more than one */
    public String choose(Project project, List<ConfigValue> files) {
        ConfigValue file = files.getLast();
        Set<String> names = project.serviceNames();
        if (names.isEmpty()) {
            file.problem("has no services", "Write services: and at least one service");
            throw report.refused();
        }
        if (names.size() > MOST_SERVICES) {
            throw refused(file, "has more than %d services".formatted(MOST_SERVICES), "Write only the one that trains");
        }
        String all = String.join(", ", names);
        if (wanted != null) {
            if (!names.contains(wanted)) {
                throw refused(file, "has no service %s".formatted(Excerpt.quote(wanted)), "Choose one of: " + all);
            }
            return wanted;
        }
        Project sketch = project.sketch();
        List<ConfigValue> services = names.stream().map(sketch::service).toList();
        // A service with a GPU trains, even if its profile is not active: other services, such as a database, do not
        // need one.
        List<ConfigValue> withGpu =
                services.stream().filter(GpuReservation::isIn).toList();
        List<ConfigValue> candidates = withoutIdleProfiles(withGpu.isEmpty() ? services : withGpu);
        if (candidates.size() > 1) {
            String which = withGpu.isEmpty() ? "and none reserves a GPU" : "of which more than one reserves a GPU";
            throw refused(
                    file,
                    "has several services (%s), %s".formatted(all, which),
                    report.ofDraft() ? "Keep only the one that trains" : "Name the one that trains with --service");
        }
        ConfigValue chosen = candidates.getFirst();
        if (names.size() > 1) {
            String why = withGpu.isEmpty() ? "the others belong to profiles" : "it reserves a GPU";
            report.notice(
                    chosen.at(),
                    chosen.key(),
                    "is the service that trains, because %s. The others are not started".formatted(why));
        }
        return chosen.name();
    }

    /** Compose starts a service with a profile only on request. So it is a candidate only if all services have a profile. */
    private List<ConfigValue> withoutIdleProfiles(List<ConfigValue> services) {
        List<String> active =
                List.of(environment.getOrDefault("COMPOSE_PROFILES", "").split(","));
        List<ConfigValue> started = services.stream()
                .filter(service -> {
                    List<String> profiles = service.isMapping()
                            ? service.get("profiles").map(ConfigValue::texts).orElse(List.of())
                            : List.of();
                    return profiles.isEmpty() || profiles.stream().anyMatch(active::contains) || active.contains("*");
                })
                .toList();
        return started.isEmpty() ? services : started;
    }

    private InvalidFile refused(ConfigValue file, String what, String remedy) {
        file.get("services").orElse(file).problem(what, remedy);
        return report.refused();
    }
}
