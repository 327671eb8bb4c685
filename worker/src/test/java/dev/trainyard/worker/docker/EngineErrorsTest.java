package dev.trainyard.worker.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.StartRefusal;
import dev.trainyard.worker.engine.EngineRefused;
import dev.trainyard.worker.engine.StartRefused;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineErrorsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        invalid mount config for type "bind": bind source path does not exist: /data/mnist | MOUNT_MISSING | MOUNT_MISSING
        driver failed programming external connectivity on endpoint x (1): Bind for 0.0.0.0:5000 failed: port is already allocated | PORT_TAKEN | PORT_IN_USE
        driver failed programming external connectivity on endpoint x (1): Error starting userland proxy: listen tcp4 0.0.0.0:5000: bind: address already in use | PORT_TAKEN | PORT_IN_USE
        could not select device driver "" with capabilities: [[gpu]] | DEVICES_REFUSED | START_FAILED
        OCI runtime create failed: runc create failed: unable to start container process: error during container init: error running hook #0: nvidia-container-cli: device error: GPU-1: unknown device: unknown | DEVICES_REFUSED | START_FAILED
        failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown | NO_SUCH_PROGRAM | START_FAILED
        failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/etc": permission denied: unknown | NOT_EXECUTABLE | START_FAILED
        exec /train: exec format error | NOT_EXECUTABLE | START_FAILED
        No command specified | NO_COMMAND | START_FAILED
        no command specified | NO_COMMAND | START_FAILED
        unable to start container process: exec: "no command specified": executable file not found in $PATH: unknown | NO_SUCH_PROGRAM | START_FAILED
        No such image: sha256:1234 | IMAGE_GONE | IMAGE_PULL_FAILED
        No such container: 0fa3 | CONTAINER_REMOVED | KILLED_EXTERNALLY
        container is marked for removal and cannot be started | CONTAINER_REMOVED | KILLED_EXTERNALLY
        error creating overlay mount to /var/lib/docker/overlay2/1/merged: no space left on device | DISK_FULL | DISK_FULL
        failed to create shim task: OCI runtime create failed: mkdir /var/run/docker/runtime/1: no space left on device: unknown | DISK_FULL | DISK_FULL
        failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: unable to apply cgroup configuration: mkdir /sys/fs/cgroup/memory/docker/1: no space left on device: unknown | OTHER | START_FAILED
        unable to start container process: exec: "no space left on device": executable file not found in $PATH: unknown | NO_SUCH_PROGRAM | START_FAILED
        unable to start container process: exec: "port is already allocated": executable file not found in $PATH: unknown | NO_SUCH_PROGRAM | START_FAILED
        unable to start container process: exec: "no such container": executable file not found in $PATH: unknown | NO_SUCH_PROGRAM | START_FAILED
        unable to find user address already in use: no matching entries in passwd file | NO_SUCH_USER | START_FAILED
        failed to set up container networking: failed to bind host port for 0.0.0.0:5000:172.17.0.2:80/tcp: address already in use | PORT_TAKEN | PORT_IN_USE
        unable to find user nobody9: no matching entries in passwd file | NO_SUCH_USER | START_FAILED
        error mounting "/etc/passwd" to rootfs at "/etc": mount /etc/passwd:/etc (via /proc/self/fd/6), flags: 0x5000: not a directory: unknown | OTHER | START_FAILED
        Unable to find group nogroup9: no matching entries in group file | NO_SUCH_USER | START_FAILED
        unable to find user bind source path does not exist: /x: no matching entries in passwd file | NO_SUCH_USER | START_FAILED
        unable to start container process: exec: "bind source path does not exist: x": executable file not found in $PATH: unknown | NO_SUCH_PROGRAM | START_FAILED
        lstat /var/lib/docker/overlay2/1a2e/merged/etc/passwd/bind source path does not exist: x: not a directory | WORKING_DIRECTORY | START_FAILED
        lstat /var/lib/docker/overlay2/1a2e/merged/etc/passwd/port is already allocated: not a directory | WORKING_DIRECTORY | START_FAILED
        """)
    void the_engines_words_tell_the_refusal(String reason, StartRefusal refusal, Cause cause) {
        StartRefused read = EngineErrors.startRefused(new EngineRefused(500, reason));

        assertThat(read.refusal()).isEqualTo(refusal);
        assertThat(read.refusal().cause()).isEqualTo(cause);
        assertThat(read.reason()).isEqualTo(reason);
        assertThat(StartRefused.sentence(reason, refusal))
                .startsWith(reason)
                .hasSizeGreaterThan(cause == Cause.START_FAILED ? reason.length() : 0);
    }
}
