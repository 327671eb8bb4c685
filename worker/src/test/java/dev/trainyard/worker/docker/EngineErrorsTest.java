package dev.trainyard.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.worker.engine.StartProblem;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineErrorsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        invalid mount config for type "bind": bind source path does not exist: /data/mnist | MountMissing | MOUNT_MISSING
        driver failed programming external connectivity on endpoint x (1): Bind for 0.0.0.0:5000 failed: port is already allocated | PortTaken | PORT_IN_USE
        driver failed programming external connectivity on endpoint x (1): Error starting userland proxy: listen tcp4 0.0.0.0:5000: bind: address already in use | PortTaken | PORT_IN_USE
        could not select device driver "" with capabilities: [[gpu]] | DevicesRefused | START_FAILED
        OCI runtime create failed: runc create failed: unable to start container process: error during container init: error running hook #0: nvidia-container-cli: device error: GPU-1: unknown device: unknown | DevicesRefused | START_FAILED
        failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown | NoSuchProgram | START_FAILED
        failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/etc": permission denied: unknown | NoSuchProgram | START_FAILED
        exec /train: exec format error | NoSuchProgram | START_FAILED
        No command specified | NoSuchProgram | START_FAILED
        No such image: sha256:1234 | ImageGone | IMAGE_PULL_FAILED
        No such container: 0fa3 | Removed | KILLED_EXTERNALLY
        container is marked for removal and cannot be started | Removed | KILLED_EXTERNALLY
        error creating overlay mount to /var/lib/docker/overlay2/1/merged: no space left on device | DiskFull | DISK_FULL
        failed to create shim task: OCI runtime create failed: mkdir /var/run/docker/runtime/1: no space left on device: unknown | DiskFull | DISK_FULL
        failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: unable to apply cgroup configuration: mkdir /sys/fs/cgroup/memory/docker/1: no space left on device: unknown | Other | START_FAILED
        unable to start container process: exec: "no space left on device": executable file not found in $PATH: unknown | NoSuchProgram | START_FAILED
        unable to start container process: exec: "port is already allocated": executable file not found in $PATH: unknown | NoSuchProgram | START_FAILED
        unable to start container process: exec: "no such container": executable file not found in $PATH: unknown | NoSuchProgram | START_FAILED
        unable to find user address already in use: no matching entries in passwd file | Other | START_FAILED
        failed to set up container networking: failed to bind host port for 0.0.0.0:5000:172.17.0.2:80/tcp: address already in use | PortTaken | PORT_IN_USE
        unable to find user nobody9: no matching entries in passwd file | Other | START_FAILED
        error mounting "/etc/passwd" to rootfs at "/etc": mount /etc/passwd:/etc (via /proc/self/fd/6), flags: 0x5000: not a directory: unknown | Other | START_FAILED
        """)
    void the_engines_words_tell_the_problem(String reason, String problem, Cause cause) {
        StartProblem read = EngineErrors.startProblem(reason);

        assertThat(read.getClass().getSimpleName()).isEqualTo(problem);
        assertThat(read.cause()).isEqualTo(cause);
        assertThat(read.detail()).isEqualTo(reason);
        assertThat(read.sentence())
                .startsWith(reason)
                .hasSizeGreaterThan(cause == Cause.START_FAILED ? reason.length() : 0);
    }
}
