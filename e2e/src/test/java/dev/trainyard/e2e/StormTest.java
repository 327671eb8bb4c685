package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class StormTest {

    private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);

    @Test
    void the_same_seed_is_the_same_storm_and_another_is_another() {
        StormPlan plan = StormPlan.of(42, HALF_AN_HOUR);

        assertThat(StormPlan.of(42, HALF_AN_HOUR)).isEqualTo(plan);
        assertThat(StormPlan.of(43, HALF_AN_HOUR)).isNotEqualTo(plan);
    }

    @Test
    void half_an_hour_has_hundreds_of_jobs_and_every_kind_of_fault() {
        StormPlan plan = StormPlan.of(42, HALF_AN_HOUR);

        assertThat(plan.jobs()).hasSizeGreaterThan(300);
        assertThat(plan.jobs().stream().map(StormJob::kind).collect(Collectors.toSet()))
                .isEqualTo(Set.of(StormJob.Kind.values()));
        assertThat(plan.faults().stream().map(StormFault::kind).collect(Collectors.toSet()))
                .isEqualTo(Set.of(StormFault.Kind.values()));
        assertThat(plan.faults().stream().filter(fault -> fault.kind() == StormFault.Kind.POSTGRES_AWAY_FOR_LONG))
                .hasSize(1);
    }

    @Test
    void the_help_has_examples() {
        assertThat(Storm.commandLine().getUsageMessage()).contains("Examples:", "./trainyard storm --seed 42");
    }

    @Test
    @Tag("slow")
    void a_storm_of_a_minute_ends_without_a_violation() {
        assertThat(Storm.commandLine().execute("--seed", "1", "--minutes", "1")).isZero();
    }
}
