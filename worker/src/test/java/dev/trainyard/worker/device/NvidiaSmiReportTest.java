package dev.trainyard.worker.device;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.plan.Snapshot.Kind;
import dev.trainyard.core.text.DataSize;
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
        assertThat(devices("v11-page-retirement.xml", "").getFirst().unhealthyBecause())
                .isNull();
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

    private static final String A = "GPU-0e0e0e0e-0000-4000-8000-000000000000";
    private static final String B = "GPU-0e0e0e0e-0000-4000-8000-000000000001";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Unable to determine the device handle for gpu 0000:02:00.0: GPU is lost.  Reboot the system to recover this GPU",
                "Unable to determine the device handle for GPU0000:02:00.0: Unknown Error",
                "Unable to determine the device handle for GPU1: 00000000:02:00.0: Unknown Error",
            })
    void a_gpu_that_the_listing_cannot_reach_is_unhealthy_with_its_words(String words) throws DeviceProblem {
        String listing = "GPU 0: NVIDIA A30 (UUID: %s)\n%s\n".formatted(A, words);

        List<OfferedDevice> devices = devicesOf(report(gpu("01", A), gpu("02", B)), listing);

        assertThat(devices.getFirst().unhealthyBecause()).isNull();
        assertThat(devices.get(1).key()).isEqualTo(B);
        assertThat(devices.get(1).unhealthyBecause()).isEqualTo("nvidia-smi -L says: " + words);
        // Also where it is listed nevertheless.
        assertThat(devicesOf(
                                report(gpu("01", A), gpu("02", B)),
                                listing + "GPU 1: NVIDIA A30 (UUID: %s)\n".formatted(B))
                        .get(1)
                        .unhealthyBecause())
                .contains(words);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GPU 1: NVIDIA A30 (UUID: ERR!)", "GPU 1: NVIDIA A30 (UUID: Unknown Error)"})
    void a_gpu_that_the_listing_leaves_out_is_unhealthy(String line) throws DeviceProblem {
        List<OfferedDevice> devices =
                devicesOf(report(gpu("01", A), gpu("02", B)), "GPU 0: NVIDIA A30 (UUID: %s)\n%s\n".formatted(A, line));

        assertThat(devices)
                .extracting(device -> device.unhealthyBecause() == null)
                .containsExactly(true, false);
        assertThat(devices.get(1).unhealthyBecause()).isEqualTo("nvidia-smi -L does not list it");
    }

    @Test
    void trouble_that_names_no_address_is_told_of_the_gpu_that_is_not_listed() throws DeviceProblem {
        String words = "Unable to determine the device handle for GPU1: Unknown Error";
        List<OfferedDevice> devices =
                devicesOf(report(gpu("01", A), gpu("02", B)), "GPU 0: NVIDIA A30 (UUID: %s)\n%s\n".formatted(A, words));

        assertThat(devices.getFirst().unhealthyBecause()).isNull();
        assertThat(devices.get(1).unhealthyBecause()).isEqualTo("nvidia-smi -L does not list it, and says: " + words);
    }

    @Test
    void a_problem_of_a_gpu_that_is_not_in_the_report_does_not_affect_others() throws DeviceProblem {
        assertThat(devicesOf(
                        report(gpu("01", A)),
                        "GPU 0: NVIDIA A30 (UUID: %s)\nUnable to determine the device handle for gpu 0000:02:00.0: x"
                                .formatted(A)))
                .singleElement()
                .satisfies(device -> assertThat(device.unhealthyBecause()).isNull());
    }

    @Test
    void a_uuid_that_is_there_twice_is_offered_once_and_is_unhealthy() throws DeviceProblem {
        String listing = "GPU 0: NVIDIA A30 (UUID: %1$s)\nGPU 1: NVIDIA A30 (UUID: %1$s)\n".formatted(A);

        assertThat(devicesOf(report(gpu("01", A), gpu("02", A)), listing))
                .singleElement()
                .satisfies(device -> {
                    assertThat(device.key()).isEqualTo(A);
                    assertThat(device.unhealthyBecause()).isEqualTo("nvidia-smi reports its UUID 2 times");
                });
    }

    @Test
    void a_mig_device_that_is_there_twice_is_offered_once_and_is_unhealthy() throws DeviceProblem {
        String mig = "<mig_mode><current_mig>Enabled</current_mig></mig_mode><mig_devices>"
                + "<mig_device><index>0</index></mig_device>".repeat(2) + "</mig_devices>";
        String listing = "GPU 0: NVIDIA A30 (UUID: %s)\n  MIG 1g.6gb     Device  0: (UUID: MIG-1)\n".formatted(A);

        assertThat(devicesOf(report(gpu("01", A, mig)), listing))
                .singleElement()
                .satisfies(device -> {
                    assertThat(device.key()).isEqualTo("MIG-1");
                    assertThat(device.unhealthyBecause()).isEqualTo("nvidia-smi reports its UUID 2 times");
                });
    }

    @Test
    void numbers_that_the_listing_repeats_are_ignored() throws DeviceProblem {
        String listing = "GPU 0: NVIDIA A30 (UUID: %s)\nGPU 0: NVIDIA A30 (UUID: %s)\n".formatted(A, B);

        assertThat(devicesOf(report(gpu("01", A), gpu("02", B)), listing))
                .extracting(OfferedDevice::index)
                .containsExactly(0, 1);
    }

    private static String gpu(String bus, String uuid, String... more) {
        return "<gpu id=\"00000000:%s:00.0\"><product_name>NVIDIA A30</product_name><uuid>%s</uuid>%s</gpu>"
                .formatted(bus, uuid, String.join("", more));
    }

    private static String report(String... gpus) {
        return "<nvidia_smi_log>" + String.join("", gpus) + "</nvidia_smi_log>";
    }

    private static List<OfferedDevice> devicesOf(String report, String listing) throws DeviceProblem {
        return NvidiaSmiReport.devices(
                SmiElement.log(report).orElseThrow().children("gpu"), NvidiaSmiListing.parse(listing), WORKER);
    }

    @Test
    void a_report_between_warnings_and_with_a_process_name_that_breaks_xml_is_read() throws DeviceProblem {
        assertThat(devices("v13-recovery.xml", ""))
                .extracting(OfferedDevice::type)
                .containsExactly("NVIDIA H100 80GB HBM3", "NVIDIA H100 80GB HBM3");
    }

    @Test
    void a_recovery_action_of_the_driver_takes_precedence() throws DeviceProblem {
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
                                "GPU is lost; the driver does not report its UUID (PCI 00000000:04:00.0)"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"empty.xml", "truncated.xml", "driver-not-loaded.xml"})
    void an_incomplete_report_is_ignored(String fixture) throws DeviceProblem {
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
                SmiElement.log(Fixtures.printed(fixture)).orElseThrow().children("gpu"),
                NvidiaSmiListing.parse(listing),
                WORKER);
    }
}
