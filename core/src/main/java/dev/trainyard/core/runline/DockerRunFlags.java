package dev.trainyard.core.runline;

import dev.trainyard.core.runline.RunFlag.Refusal;
import dev.trainyard.core.runline.RunFlag.Unused;
import dev.trainyard.core.training.Setting;
import dev.trainyard.core.training.Setting.Form;
import dev.trainyard.core.training.SharedWords;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The flags of {@code docker run}: their syntax, and why a training cannot have some of them. */
final class DockerRunFlags {

    private static final String INEXPRESSIBLE = "cannot be passed on to the worker in this release";
    private static final String ONE_CONTAINER =
            "refers to other containers of the host, but the planner chooses the host";
    private static final String LEAVE_OUT = "Leave it out";
    private static final String CPUS = "Write --cpus N";

    private static final Map<String, RunFlag> BY_NAME = new LinkedHashMap<>();

    static {
        Setting.ALL.forEach(setting -> add(new RunFlag(
                setting.flag(), setting.letter(), setting.form() != Form.SWITCH, setting.isRepeated(), null, null)));
        value("cpu-period");
        value("cpu-quota");
        toggle("detach", 'd');
        value("entrypoint");
        values("env", 'e');
        values("env-file", ' ');
        values("gpus", ' ');
        value("isolation");
        values("label", 'l');
        values("label-file", ' ');
        values("mount", ' ');
        value("name");
        value("platform");
        value("pull");
        value("restart");
        toggle("rm", ' ');
        value("runtime");
        value("stop-timeout");
        value("volume-driver");

        withoutEffect("annotation", SharedWords.ANNOTATIONS);
        withoutEffect("attach", 'a', "has no effect: both output streams are shown, and input is not supported");
        withoutEffect("detach-keys", "has no effect: the container gets no keyboard input");
        withoutEffect("health-cmd", SharedWords.HEALTH);
        withoutEffect("health-interval", SharedWords.HEALTH);
        withoutEffect("health-retries", SharedWords.HEALTH);
        withoutEffect("health-start-interval", SharedWords.HEALTH);
        withoutEffect("health-start-period", SharedWords.HEALTH);
        withoutEffect("health-timeout", SharedWords.HEALTH);
        withoutEffect("kernel-memory", "has no effect: current engines ignore it");
        withoutEffect("log-driver", SharedWords.LOG);
        withoutEffect("log-opt", SharedWords.LOG);
        withoutEffect("memory-swappiness", SharedWords.SWAPPINESS);
        switchWithoutEffect("no-healthcheck", ' ', "false", SharedWords.HEALTH);
        switchWithoutEffect(
                "quiet",
                'q',
                "false",
                "has no effect: the worker reports the progress of the pull, and -d prints only the id");
        switchWithoutEffect("sig-proxy", ' ', "true", "has no effect: Ctrl-C asks whether to cancel the job");

        refusedBut("0", "blkio-weight", INEXPRESSIBLE, LEAVE_OUT);
        refused("blkio-weight-device", INEXPRESSIBLE, LEAVE_OUT);
        refusedBut(
                "",
                "cidfile",
                "would contain the id of a container that is created later, on another host",
                "Leave it out. -d prints the job's id");
        refusedBut("0", "cpu-count", "is for Windows, and trainings run on Linux", CPUS);
        refusedBut("0", "cpu-percent", "is for Windows, and trainings run on Linux", CPUS);
        refusedBut("0", "cpu-rt-period", INEXPRESSIBLE, CPUS);
        refusedBut("0", "cpu-rt-runtime", INEXPRESSIBLE, CPUS);
        refused("device-read-bps", INEXPRESSIBLE, LEAVE_OUT);
        refused("device-read-iops", INEXPRESSIBLE, LEAVE_OUT);
        refused("device-write-bps", INEXPRESSIBLE, LEAVE_OUT);
        refused("device-write-iops", INEXPRESSIBLE, LEAVE_OUT);
        refusedSwitch(
                "disable-content-trust",
                "true",
                "has nothing to turn off: workers do not verify signatures",
                "Leave it out. Name the image by its digest, IMAGE@sha256:…");
        refusedBut("0", "io-maxbandwidth", "is for Windows, and trainings run on Linux", LEAVE_OUT);
        refusedBut("0", "io-maxiops", "is for Windows, and trainings run on Linux", LEAVE_OUT);
        refusedBut(
                "",
                "ip",
                "is an address in a network of one host, which the job may not get",
                "Leave it out. To make a port reachable, use --publish");
        refusedBut(
                "",
                "ip6",
                "is an address in a network of one host, which the job may not get",
                "Leave it out. To make a port reachable, use --publish");
        refused("link", ONE_CONTAINER, "Name the other machine with --add-host NAME:ADDRESS");
        refused("link-local-ip", "is an address in a network of one host, which the job may not get", LEAVE_OUT);
        refused("network-alias", ONE_CONTAINER, "Leave it out. To make a port reachable, use --publish");
        Setting.REFUSED.forEach(refused -> {
            switch (refused.form()) {
                case SWITCH -> refusedSwitch(refused.flag(), "false", refused.why(), refused.remedy());
                case TEXT -> refusedBut("", refused.flag(), refused.why(), refused.remedy());
                case NUMBER -> refusedBut("0", refused.flag(), refused.why(), refused.remedy());
                case LIST, ONE_OR_MORE -> refused(refused.flag(), refused.why(), refused.remedy());
            }
        });
        refused("volumes-from", ONE_CONTAINER, "List the volumes with --volume SOURCE:TARGET");
    }

    /** Docker's aliases. */
    private static final Map<String, String> ALIASES = Map.of(
            "net", "network",
            "net-alias", "network-alias",
            "dns-opt", "dns-option");

    private DockerRunFlags() {}

    static Optional<RunFlag> named(String name) {
        return Optional.ofNullable(BY_NAME.get(ALIASES.getOrDefault(name, name)));
    }

    static Optional<RunFlag> lettered(int letter) {
        return letter == ' '
                ? Optional.empty()
                : BY_NAME.values().stream()
                        .filter(flag -> flag.letter() == letter)
                        .findFirst();
    }

    static Collection<String> names() {
        return BY_NAME.keySet();
    }

    private static void add(RunFlag flag) {
        BY_NAME.put(flag.name(), flag);
    }

    private static void value(String name) {
        add(new RunFlag(name, ' ', true, false, null, null));
    }

    private static void values(String name, char letter) {
        add(new RunFlag(name, letter, true, true, null, null));
    }

    private static void toggle(String name, char letter) {
        add(new RunFlag(name, letter, false, false, null, null));
    }

    /** Accepted with a notice about why it has no effect. */
    private static void withoutEffect(String name, String why) {
        withoutEffect(name, ' ', why);
    }

    private static void withoutEffect(String name, char letter, String why) {
        add(new RunFlag(name, letter, true, true, null, new Unused(why, "")));
    }

    private static void switchWithoutEffect(String name, char letter, String usual, String why) {
        add(new RunFlag(name, letter, false, false, null, new Unused(why, usual)));
    }

    private static void refused(String name, String why, String remedy) {
        add(new RunFlag(name, ' ', true, true, new Refusal(why, remedy, null), null));
    }

    /** Refused, unless it has Docker's default value. */
    private static void refusedBut(String harmless, String name, String why, String remedy) {
        add(new RunFlag(name, ' ', true, true, new Refusal(why, remedy, harmless), null));
    }

    private static void refusedSwitch(String name, String harmless, String why, String remedy) {
        refusedSwitch(name, ' ', harmless, why, remedy);
    }

    private static void refusedSwitch(String name, char letter, String harmless, String why, String remedy) {
        add(new RunFlag(name, letter, false, true, new Refusal(why, remedy, harmless), null));
    }
}
