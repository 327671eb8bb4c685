package dev.trainyard.worker.device;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GpuHealthTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        <fan_speed>GPU requires reset</fan_speed>                                                | GPU requires reset
        <fan_speed>[GPU requires reset]</fan_speed>                                              | GPU requires reset
        <fan_speed>GPU is lost</fan_speed>                                                       | GPU is lost
        <gpu_reset_status><reset_required>Yes</reset_required></gpu_reset_status>                | reset required
        <gpu_reset_status><drain_and_reset_recommended>Yes</drain_and_reset_recommended></gpu_reset_status> | drain and reset recommended
        <gpu_recovery_action>Reset</gpu_recovery_action>                                         | recovery action: Reset
        <gpu_recovery_action>Node Reboot</gpu_recovery_action>                                   | recovery action: Node Reboot
        <gpu_recovery_action>Drain P2P</gpu_recovery_action>                                     | recovery action: Drain P2P
        <remapped_rows><remapped_row_failure>Yes</remapped_row_failure></remapped_rows>          | row remapping failed
        <retired_pages><pending_retirement>Yes</pending_retirement></retired_pages>              | memory pages wait for a reset to be retired
        <retired_pages><pending_blacklist>Yes</pending_blacklist></retired_pages>                | memory pages wait for a reset to be retired
        <ecc_errors><unrepairable_memory>Yes</unrepairable_memory></ecc_errors>                  | unrepairable memory
        <ecc_errors><volatile><dram_uncorrectable>3</dram_uncorrectable></volatile></ecc_errors> | 3 uncorrectable memory errors since the driver was loaded
        <ecc_errors><volatile><sram_uncorrectable_parity>1</sram_uncorrectable_parity></volatile></ecc_errors> | 1 uncorrectable memory errors since the driver was loaded
        <ecc_errors><volatile><double_bit><total>1</total></double_bit></volatile></ecc_errors>  | 1 uncorrectable memory errors since the driver was loaded
        """)
    void evidence_against_a_gpu_is_named(String report, String problem) throws DeviceProblem {
        assertThat(GpuHealth.problems(gpu(report))).containsExactly(problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        <fan_speed>Unknown Error</fan_speed>
        <gpu_reset_status><reset_required>N/A</reset_required></gpu_reset_status>
        <gpu_recovery_action>None</gpu_recovery_action>
        <gpu_recovery_action>[Insufficient Permissions]</gpu_recovery_action>
        <remapped_rows>N/A</remapped_rows>
        <remapped_rows><remapped_row_failure>N/A</remapped_row_failure></remapped_rows>
        <remapped_rows><remapped_row_pending>Yes</remapped_row_pending></remapped_rows>
        <retired_pages><pending_retirement>[Not Supported]</pending_retirement></retired_pages>
        <ecc_errors><volatile><dram_uncorrectable>N/A</dram_uncorrectable></volatile></ecc_errors>
        <ecc_errors><volatile><dram_correctable>7</dram_correctable></volatile></ecc_errors>
        <ecc_errors><aggregate><dram_uncorrectable>7</dram_uncorrectable></aggregate></ecc_errors>
        <gpu_recovery_action>None</gpu_recovery_action><ecc_errors><volatile><dram_uncorrectable>1</dram_uncorrectable></volatile></ecc_errors>
        """)
    void unknown_values_and_errors_that_can_wait_are_not_problems(String report) throws DeviceProblem {
        assertThat(GpuHealth.problems(gpu(report))).isEmpty();
    }

    private static SmiElement gpu(String content) throws DeviceProblem {
        return SmiElement.log("<nvidia_smi_log><gpu>" + content + "</gpu></nvidia_smi_log>")
                .orElseThrow()
                .children("gpu")
                .getFirst();
    }
}
