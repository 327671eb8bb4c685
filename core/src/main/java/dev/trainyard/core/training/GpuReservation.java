package dev.trainyard.core.training;

import dev.trainyard.core.reading.ConfigValue;
import dev.trainyard.core.text.Excerpt;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Reads which GPUs a service reserves: {@code gpus}, {@code deploy.resources.reservations.devices} or {@code runtime: nvidia}. */
public final class GpuReservation {

    public static final String VISIBLE = "NVIDIA_VISIBLE_DEVICES";

    private static final String DRIVER_CAPABILITIES = "NVIDIA_DRIVER_CAPABILITIES";

    /** Maximum number of devices that a job can request. */
    public static final int MOST = 1024;

    /** Index or UUID of a device, the same pattern as in the message's schema. */
    public static final String DEVICE = "[A-Za-z0-9][A-Za-z0-9_./:-]{0,99}";

    /** What the engine passes on to the driver (moby, {@code devices_nvidia_linux.go}). */
    private static final List<String> OF_DRIVER =
            List.of("compute", "utility", "video", "graphics", "display", "compat32");

    /** The kind of device. Each selects the engine's nvidia driver, and is not passed on. */
    private static final Set<String> OF_DEVICE = Set.of("gpu", "nvidia");

    /** Docker itself sends {@code all} as -1. */
    private static final Set<String> ALL = Set.of("all", "-1");

    private static final Set<String> USUAL_RUNTIMES = Set.of("runc", "io.containerd.runc.v2");

    private GpuReservation() {}

    /** Whether the service requests a GPU in any way, valid or not. */
    public static boolean isIn(ConfigValue service) {
        return service.isMapping()
                && (gpus(service).isPresent()
                        || !devices(service).isEmpty()
                        || service.get("runtime")
                                .flatMap(ConfigValue::text)
                                .filter("nvidia"::equals)
                                .isPresent());
    }

    /** @param environment the container's variables. Receives the capabilities of the driver */
    public static Gpus read(ConfigValue service, Map<String, String> environment) {
        List<ConfigValue> asked =
                Stream.concat(gpus(service).stream(), devices(service).stream()).toList();
        Optional<ConfigValue> runtime =
                service.get("runtime").filter(field -> !field.isBlank()).filter(field -> isNvidia(field, "gpus"));
        if (asked.size() > 1) {
            asked.get(1).problem("GPUs are reserved twice", "Reserve them once, under gpus or deploy");
        }
        Optional<ConfigValue> variables = service.get("environment").or(() -> service.get("env_file"));
        if (asked.isEmpty()) {
            return ofRuntime(runtime, variables, environment);
        }
        if (environment.containsKey(VISIBLE)) {
            variables.ifPresent(GpuReservation::isReplaced);
        }
        ConfigValue first = asked.getFirst();
        return first.name().equals("gpus") ? shortForm(first, environment) : device(first, true, environment);
    }

    /**
     * The GPUs of a service without a reservation: those that the nvidia runtime would make visible.
     *
     * @param runtime empty if it is not the nvidia runtime
     * @param variables where the environment is set
     */
    public static Gpus ofRuntime(
            Optional<ConfigValue> runtime, Optional<ConfigValue> variables, Map<String, String> environment) {
        if (environment.containsKey(VISIBLE) && runtime.isEmpty()) {
            variables.ifPresent(GpuReservation::isReplaced);
        }
        return runtime.map(field -> fromRuntime(field, environment)).orElse(Gpus.NONE);
    }

    private static void isReplaced(ConfigValue variables) {
        variables.notice(VISIBLE + " is replaced: the worker sets it to the devices that the service reserves");
    }

    private static Optional<ConfigValue> gpus(ConfigValue service) {
        return service.get("gpus").filter(gpus -> !gpus.isBlank());
    }

    /**
     * Whether this is the nvidia runtime. Accepts the default runtime with a notice and reports any other as a problem.
     *
     * @param gpus the key or flag that reserves GPUs
     */
    public static boolean isNvidia(ConfigValue runtime, String gpus) {
        String name = runtime.text().orElse("nvidia");
        if (USUAL_RUNTIMES.contains(name)) {
            runtime.notice("is the default runtime, which gives no access to GPUs");
        } else if (!name.equals("nvidia")) {
            runtime.problem("only the runtime nvidia is supported", "Leave it out. Reserve GPUs with " + gpus);
        }
        return name.equals("nvidia");
    }

    /** The GPUs that the nvidia runtime would make visible without a reservation. */
    private static Gpus fromRuntime(ConfigValue runtime, Map<String, String> environment) {
        String visible = environment.getOrDefault(VISIBLE, "all");
        if (Set.of("void", "none", "").contains(visible)) {
            runtime.notice("%s=%s makes no GPU visible, so none is reserved".formatted(VISIBLE, visible));
            return Gpus.NONE;
        }
        runtime.notice("is read as a request for the GPUs that %s=%s makes visible. Better: reserve them with gpus"
                .formatted(VISIBLE, Excerpt.plain(visible, 60)));
        return visible.equals("all") ? new Gpus.All(null, null) : named(runtime, List.of(visible));
    }

    private static List<ConfigValue> devices(ConfigValue service) {
        return service.get("deploy")
                .filter(ConfigValue::isMapping)
                .flatMap(deploy -> deploy.get("resources"))
                .filter(ConfigValue::isMapping)
                .flatMap(resources -> resources.get("reservations"))
                .filter(ConfigValue::isMapping)
                .flatMap(reservations -> reservations.get("devices"))
                .map(ConfigValue::items)
                .orElse(List.of());
    }

    private static Gpus shortForm(ConfigValue gpus, Map<String, String> environment) {
        if (!gpus.isList()) {
            if (!gpus.text().orElse("").equals("all")) {
                gpus.problem("is neither 'all' nor a list", "Write gpus: all, or a list such as - count: 2");
            }
            return new Gpus.All(null, null);
        }
        List<ConfigValue> items = gpus.items();
        if (items.size() != 1) {
            gpus.problem("has %d entries".formatted(items.size()), "Write one entry with count or device_ids");
        }
        return items.isEmpty() ? Gpus.NONE : device(items.getFirst(), false, environment);
    }

    private static Gpus device(ConfigValue device, boolean capabilitiesNeeded, Map<String, String> environment) {
        device.allowOnly(List.of("capabilities", "count", "device_ids", "driver", "options"));
        device.get("options")
                .filter(options -> !options.isBlank())
                .ifPresent(options -> options.problem("cannot be passed on to the worker", "Leave it out"));
        device.get("driver")
                .filter(driver -> !driver.isBlank())
                .ifPresent(driver -> driver.matching("nvidia", "nvidia, the only supported driver"));
        device.get("capabilities")
                .filter(field -> !capabilitiesNeeded || !field.texts().isEmpty())
                .ifPresentOrElse(field -> capabilities(field, field.texts(), environment), () -> {
                    if (capabilitiesNeeded) {
                        device.problem("has no capabilities, which Compose requires", "Write capabilities: [gpu]");
                    }
                });
        Optional<ConfigValue> count = device.get("count");
        Optional<ConfigValue> ids = device.get("device_ids");
        if (count.isPresent() && ids.isPresent()) {
            ids.get()
                    .problem(
                            "conflicts with count: one names the devices, the other gives their number",
                            "Keep one of the two");
        }
        if (ids.isPresent()) {
            List<String> names = ids.get().texts();
            return names.equals(List.of("all")) ? new Gpus.All(null, null) : named(ids.get(), names);
        }
        if (count.isEmpty()
                || count.flatMap(ConfigValue::text).filter(ALL::contains).isPresent()) {
            return new Gpus.All(null, null);
        }
        return count.flatMap(field -> field.integer(1, MOST))
                .<Gpus>map(number -> new Gpus.Count(number.intValue(), null, null))
                .orElse(Gpus.NONE);
    }

    /** @param entries ids, or several with commas between them: the engine joins all entries with commas */
    private static Gpus named(ConfigValue ids, List<String> entries) {
        List<String> names = entries.stream()
                .flatMap(entry -> Arrays.stream(entry.split(",", -1)))
                .map(String::strip)
                .toList();
        if (names.isEmpty() || Set.copyOf(names).size() < names.size()) {
            ids.problem(
                    "names no device, or names a device twice", "List each device once, for example [\"0\", \"2\"]");
        }
        names.stream()
                .filter(name -> !name.matches(DEVICE))
                .forEach(name -> ids.problem(
                        "%s is not the index or UUID of a device".formatted(Excerpt.quote(name)),
                        "List each device once, for example [\"0\", \"2\"]"));
        return new Gpus.Devices(names);
    }

    /**
     * Passes the capabilities on to the driver, as the engine does: it replaces what the container's variable says.
     *
     * @param environment the container's variables, which receive the capabilities
     */
    public static void capabilities(ConfigValue field, List<String> names, Map<String, String> environment) {
        List<String> asked = names.stream()
                .filter(name -> !OF_DEVICE.contains(name))
                .distinct()
                .toList();
        asked.stream()
                .filter(name -> !OF_DRIVER.contains(name))
                .forEach(name -> field.problem(
                        "%s is not a capability that Docker's nvidia driver has".formatted(Excerpt.quote(name)),
                        "Write gpu, or with it some of " + String.join(", ", OF_DRIVER)));
        if (!asked.isEmpty()) {
            String passed = String.join(",", asked);
            environment.put(DRIVER_CAPABILITIES, passed);
            field.notice("the capabilities are passed on as %s=%s".formatted(DRIVER_CAPABILITIES, passed));
        }
    }
}
