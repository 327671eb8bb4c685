package dev.trainyard.submitter.rest;

import dev.trainyard.core.text.NearestName;
import dev.trainyard.db.IdPart;
import dev.trainyard.db.JobFilter;
import dev.trainyard.db.StorableTime;
import dev.trainyard.submitter.rest.JobResource.Phase;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The query parameters of a list of jobs. An invalid one is a 400 that names it. */
final class JobQuery {

    private JobQuery() {}

    /** @param states each is one state, or several separated by commas */
    static Set<Phase> phases(@Nullable List<String> states) {
        Set<Phase> phases = EnumSet.noneOf(Phase.class);
        for (String each : states == null ? List.<String>of() : states) {
            for (String state : each.split(",", -1)) {
                phases.add(phase(state.strip()));
            }
        }
        return phases;
    }

    private static Phase phase(String state) {
        List<String> all = Stream.of(Phase.values()).map(Phase::name).toList();
        String name = state.toUpperCase(Locale.ROOT);
        if (!all.contains(name)) {
            String meant = NearestName.among(all, state)
                    .map(". Did you mean %s?"::formatted)
                    .orElse("");
            throw ApiException.badRequest("state: '%s' is not one of %s%s".formatted(state, all, meant));
        }
        return Phase.valueOf(name);
    }

    /** {@code NAME=VALUE}, or {@code NAME} for any value. */
    static List<JobFilter.Label> labels(String @Nullable [] labels) {
        return labels == null
                ? List.of()
                : Arrays.stream(labels)
                        .map(text -> {
                            int sign = text.indexOf('=');
                            if (sign == 0) {
                                throw ApiException.badRequest(
                                        "label: '%s' has no name. Write NAME=VALUE, or NAME for any value"
                                                .formatted(text));
                            }
                            return sign < 0
                                    ? new JobFilter.Label(text, null)
                                    : new JobFilter.Label(text.substring(0, sign), text.substring(sign + 1));
                        })
                        .toList();
    }

    static @Nullable Instant instant(String name, @Nullable String text) {
        return text == null
                ? null
                : StorableTime.parse(text)
                        .orElseThrow(() -> ApiException.badRequest(
                                "%s: '%s' is not an instant. Write it in UTC, for example 2026-11-24T18:00:00Z"
                                        .formatted(name, text)));
    }

    static @Nullable IdPart idPart(@Nullable String text) {
        return text == null
                ? null
                : IdPart.parse(text)
                        .orElseThrow(() -> ApiException.badRequest(
                                "id: '%s' is not the beginning or the end of a job's id. Give at least 4 of its characters: 0-9, a-f and '-'"
                                        .formatted(text)));
    }
}
