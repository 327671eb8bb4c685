package dev.trainyard.core.compose;

import dev.trainyard.core.request.Excerpt;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns compose files into the training that their one training service describes. Pure: files are read by the caller. */
public final class ComposeResolver {

    private static final List<String> TOP_LEVEL =
            List.of("version", "name", "services", "volumes", "networks", "secrets", "configs");

    private static final int MOST_SERVICES = 200;

    private final Report report;
    private final ComposeOptions options;

    private ComposeResolver(Report report, ComposeOptions options) {
        this.report = report;
        this.options = options;
    }

    /** One compose file, as {@link #resolve(List, ComposeOptions)}. */
    public static TrainingSpec resolve(String text, String fileName, ComposeOptions options) {
        return resolve(List.of(new ComposeText(fileName, text)), options);
    }

    /**
     * Reads compose files as Compose does: variables replaced (environment over {@code .env}), anchors and merge keys followed,
     * each file over those before it, services over what they extend.
     *
     * @param files at least one; paths in all of them are relative to the first one's folder
     * @throws InvalidComposeFile with every problem, each with file, line, column, key and remedy; nothing else is thrown for any text
     */
    public static TrainingSpec resolve(List<ComposeText> files, ComposeOptions options) {
        return resolve(files, new Report(), options);
    }

    static TrainingSpec resolve(List<ComposeText> files, Report report, ComposeOptions options) {
        TrainingSpec spec = new ComposeResolver(report, options).read(files);
        report.refuseProblems();
        return spec;
    }

    private TrainingSpec read(List<ComposeText> texts) {
        List<Field> files =
                texts.stream().flatMap(text -> parsed(text).stream()).toList();
        if (files.size() < texts.size()) {
            throw report.refused();
        }
        files.forEach(ComposeResolver::checkTopLevel);
        Variables variables = Variables.of(options, report);
        Project project = new Project(files, options.files(), variables, report);
        Field service = project.service(choose(project, files));
        return new ServiceReader(service, project, options, variables, report).read();
    }

    private Optional<Field> parsed(ComposeText text) {
        try {
            YamlNode document = YamlReader.read(text.text(), text.name(), report);
            Field file = new Field("", "", document.at(), document, report);
            if (file.isMapping()) {
                return Optional.of(file);
            }
            file.problem("is no compose file", "Write services: and at least one service");
        } catch (InvalidComposeFile e) {
            // Its problems are in the report; the next file may have some too.
        }
        return Optional.empty();
    }

    private static void checkTopLevel(Field file) {
        file.get("include")
                .ifPresent(include -> include.problem(
                        "is not followed in this release", "Name the files one after the other, or use extends"));
        file.fields().stream()
                .filter(field -> !TOP_LEVEL.contains(field.name())
                        && !field.name().startsWith("x-")
                        && !field.name().equals("include"))
                .forEach(field -> field.problem("is no key of a compose file that is known", field.nearest(TOP_LEVEL)));
        file.get("version").ifPresent(version -> version.notice("means nothing any more, to Compose neither"));
    }

    private String choose(Project project, List<Field> files) {
        Field file = files.getLast();
        Set<String> names = project.serviceNames();
        if (names.isEmpty()) {
            file.problem("has no services", "Write services: and at least one service");
            throw report.refused();
        }
        if (names.size() > MOST_SERVICES) {
            throw refused(
                    file, "has more than %d services".formatted(MOST_SERVICES), "Write the one that trains alone");
        }
        String all = String.join(", ", names);
        @Nullable String wanted = options.service();
        if (wanted != null) {
            if (!names.contains(wanted)) {
                throw refused(file, "has no service %s".formatted(Excerpt.quote(wanted)), "Choose one of: " + all);
            }
            return wanted;
        }
        Project sketch = project.sketch();
        List<Field> services =
                withoutIdleProfiles(names.stream().map(sketch::service).toList());
        List<Field> withGpu = services.stream().filter(GpuReservation::isIn).toList();
        List<Field> candidates = withGpu.isEmpty() ? services : withGpu;
        if (candidates.size() > 1) {
            String which = withGpu.isEmpty() ? "and none reserves a GPU" : "of which more than one reserves a GPU";
            throw refused(
                    file,
                    "has several services (%s), %s".formatted(all, which),
                    report.ofDraft() ? "Keep only the one that trains" : "Name the one that trains with --service");
        }
        Field chosen = candidates.getFirst();
        if (names.size() > 1) {
            String why = withGpu.isEmpty() ? "the others belong to profiles" : "it reserves a GPU";
            report.notice(
                    chosen.at(),
                    chosen.key(),
                    "is the service that trains, since %s; the others are not started".formatted(why));
        }
        return chosen.name();
    }

    /** Compose does not start a service with a profile unless it is asked to: it counts only where all have one. */
    private List<Field> withoutIdleProfiles(List<Field> services) {
        List<String> active = List.of(
                options.environment().getOrDefault("COMPOSE_PROFILES", "").split(","));
        List<Field> started = services.stream()
                .filter(service -> {
                    List<String> profiles = service.isMapping()
                            ? service.get("profiles").map(Field::texts).orElse(List.of())
                            : List.of();
                    return profiles.isEmpty() || profiles.stream().anyMatch(active::contains) || active.contains("*");
                })
                .toList();
        return started.isEmpty() ? services : started;
    }

    private InvalidComposeFile refused(Field file, String what, String remedy) {
        file.get("services").orElse(file).problem(what, remedy);
        return report.refused();
    }
}
