package dev.trainyard.worker.device;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.plan.Snapshot.Kind;
import dev.trainyard.core.request.DataSize;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NvidiaSmiReportTest {
    private static final WorkerId WORKER = WorkerId.parse("00000000-0000-4000-8000-000000000001");

    @Test
    void an_old_driver_with_few_fields_still_offers_its_gpus() throws DeviceProblem {
        assertThat(devices("v10-few-fields.xml", ""))
                .containsExactly(
                        new OfferedDevice(
                                "GPU-0a0a0a0a-1010-4000-8000-000000000980",
                                0,
                                Kind.GPU,
                                "GeForce GTX 980",
                                DataSize.parse("4043m"),
                                null),
                        new OfferedDevice("GPU-0a0a0a0a-1010-4000-8000-000000000981", 1, Kind.GPU, "", null, null));
    }

    @Test
    void errors_of_earlier_boots_and_other_peoples_processes_do_not_make_a_gpu_unhealthy() throws DeviceProblem {
        assertThat(devices("v11-page-retirement.xml", "").getFirst().healthy()).isTrue();
    }

    @Test
    void pages_that_wait_for_retirement_make_a_gpu_unhealthy() throws DeviceProblem {
        assertThat(devices("v11-page-retirement.xml", "").get(1).unhealthyBecause())
                .isEqualTo("memory pages wait for a reset to be retired");
    }

    @Test
    void a_split_gpu_offers_its_mig_devices_instead_of_itself() throws DeviceProblem {
        List<OfferedDevice> devices = devices("v12-mig.xml", Fixtures.printed("v12-mig.list"));

        assertThat(devices)
                .extracting(OfferedDevice::key, OfferedDevice::kind, OfferedDevice::type, OfferedDevice::memory)
                .containsExactly(
                        tuple(
                                "MIG-0c0c0c0c-0000-5000-8000-000000000000",
                                Kind.MIG,
                                "NVIDIA A100-SXM4-80GB MIG 3g.40gb",
                                DataSize.parse("40192m")),
                        tuple(
                                "MIG-0c0c0c0c-0000-5000-8000-000000000001",
                                Kind.MIG,
                                "NVIDIA A100-SXM4-80GB MIG 2g.20gb",
                                DataSize.parse("19968m")),
                        tuple(WORKER + "/gpu-0/mig-2", Kind.MIG, "NVIDIA A100-SXM4-80GB MIG", DataSize.parse("19968m")),
                        tuple(
                                "GPU-0c0c0c0c-1212-4000-8000-000000000001",
                                Kind.GPU,
                                "NVIDIA A100-SXM4-80GB",
                                DataSize.parse("81920m")),
                        tuple(
                                "MIG-GPU-0c0c0c0c-1212-4000-8000-000000000003/7/0",
                                Kind.MIG,
                                "NVIDIA A100-SXM4-80GB MIG 1g.10gb",
                                DataSize.parse("9728m")));
    }

    @Test
    void a_mig_device_is_unhealthy_for_its_own_errors_for_its_gpus_and_when_it_cannot_be_named() throws DeviceProblem {
        assertThat(devices("v12-mig.xml", Fixtures.printed("v12-mig.list")))
                .extracting(OfferedDevice::unhealthyBecause)
                .containsExactly(
                        null,
                        "2 uncorrectable SRAM errors in this MIG device since the driver was loaded",
                        "nvidia-smi -L does not list it",
                        null,
                        "reset required");
    }

    @Test
    void whole_gpus_keep_the_number_of_nvidia_smi_and_mig_devices_are_numbered_on_after_the_last()
            throws DeviceProblem {
        assertThat(devices("v12-mig.xml", Fixtures.printed("v12-mig.list")))
                .extracting(OfferedDevice::index)
                .containsExactly(4, 5, 6, 1, 7);
    }

    @Test
    void where_the_listing_misses_a_gpu_positions_are_the_numbers() throws DeviceProblem {
        String withoutTheLast =
                Fixtures.printed("v12-mig.list").lines().limit(4).collect(joining("\n"));

        assertThat(devices("v12-mig.xml", withoutTheLast))
                .extracting(OfferedDevice::index)
                .containsExactly(3, 4, 5, 1, 6);
    }

    @Test
    void a_report_between_warnings_and_with_a_process_name_that_breaks_xml_is_read() throws DeviceProblem {
        assertThat(devices("v13-recovery.xml", ""))
                .extracting(OfferedDevice::type)
                .containsExactly("NVIDIA H100 80GB HBM3", "NVIDIA H100 80GB HBM3");
    }

    @Test
    void where_the_driver_names_a_recovery_action_its_word_counts() throws DeviceProblem {
        assertThat(devices("v13-recovery.xml", ""))
                .extracting(OfferedDevice::unhealthyBecause)
                .containsExactly(null, "recovery action: Drain and Reset; row remapping failed");
    }

    @Test
    void words_in_the_place_of_values_are_told_apart() throws DeviceProblem {
        assertThat(devices("words-for-values.xml", ""))
                .containsExactly(
                        new OfferedDevice(
                                "GPU-0e0e0e0e-0000-4000-8000-000000000000", 0, Kind.GPU, "NVIDIA GB10", null, null),
                        new OfferedDevice(
                                "GPU-0e0e0e0e-0000-4000-8000-000000000001",
                                1,
                                Kind.GPU,
                                "NVIDIA A30",
                                DataSize.parse("24g"),
                                "GPU requires reset"),
                        new OfferedDevice(
                                "GPU-0e0e0e0e-0000-4000-8000-000000000002",
                                2,
                                Kind.GPU,
                                "NVIDIA A30",
                                null,
                                "its memory cannot be read: Unknown Error"),
                        new OfferedDevice(
                                WORKER + "/gpu-3",
                                3,
                                Kind.GPU,
                                "",
                                null,
                                "GPU is lost; the driver does not tell its UUID (PCI 00000000:04:00.0)"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"empty.xml", "truncated.xml", "driver-not-loaded.xml"})
    void what_is_no_complete_report_is_none(String fixture) throws DeviceProblem {
        assertThat(SmiElement.log(Fixtures.printed(fixture))).isEmpty();
    }

    @Test
    void crossed_tags_are_a_problem_that_says_so() {
        assertThatThrownBy(() -> devices("tags-crossed.xml", ""))
                .isInstanceOf(DeviceProblem.class)
                .hasMessageContaining("broken XML");
    }

    @Test
    void an_external_entity_is_refused_and_not_read() {
        assertThatThrownBy(() -> devices("entity.xml", ""))
                .isInstanceOf(DeviceProblem.class)
                .hasMessageContaining("passwords")
                .hasMessageNotContaining("root:");
    }

    private static List<OfferedDevice> devices(String fixture, String listing) throws DeviceProblem {
        return NvidiaSmiReport.devices(
                SmiElement.log(Fixtures.printed(fixture)).orElseThrow(), NvidiaSmiListing.parse(listing), WORKER);
    }
}
