package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.plan.Plan;
import dev.trainyard.core.request.JobId;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The planner, the placing under the worker's lock and the view of devices agree on which workers get new work. */
class TakesWorkTest {

    private final Yard yard = new Yard();

    @AfterEach
    void close() {
        yard.close();
    }

    @ParameterizedTest
    @CsvSource({
        "ACTIVE, , 0 seconds, true",
        "ACTIVE, , 25 seconds, true",
        "ACTIVE, , 31 seconds, false",
        "ACTIVE, its disk is full, 0 seconds, false",
        "DRAINING, , 0 seconds, false",
        "STOPPED, , 0 seconds, false",
        "LOST, , 0 seconds, false",
        "FORGOTTEN, , 0 seconds, false"
    })
    void planner_placement_and_view_agree(String state, String unfitBecause, String silent, boolean takesWork) {
        Incarnation me = yard.register(AWorker.named("gpu-1").gpus(1));
        JobId job = yard.submit(ARequest.named("model").gpus(1));
        yard.update("update trainyard.worker set state = '%s', unfit_because = %s"
                .formatted(state, unfitBecause == null ? "null" : "'" + unfitBecause + "'"));
        yard.silence(me, silent);

        assertThat(yard.texts("select device from history.gpus where offered"))
                .as("offered in the view")
                .hasSize(takesWork ? 1 : 0);
        PlanStore.Cycle cycle = yard.plans
                .cycle(snapshot -> {
                    assertThat(snapshot.hosts()).as("seen by the planner").hasSize(takesWork ? 1 : 0);
                    return new Plan(
                            List.of(new Plan.Placement(
                                    job,
                                    me.worker(),
                                    List.of("gpu-1-gpu-0"),
                                    0,
                                    List.of(),
                                    null,
                                    BigDecimal.ONE,
                                    AWorker.GIB)),
                            Map.of());
                })
                .orElseThrow();
        assertThat(cycle.placed()).as("placed under the lock").isEqualTo(takesWork ? 1 : 0);
    }
}
