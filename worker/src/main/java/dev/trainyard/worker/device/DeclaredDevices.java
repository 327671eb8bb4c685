package dev.trainyard.worker.device;

import dev.trainyard.core.plan.Snapshot.Kind;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.launch.FileProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Devices that an operator declares in a YAML or JSON file, a list of {@code {key, type, memory, index}}, for hosts without a
 * usable nvidia-smi. Each call reads the file again.
 */
final class DeclaredDevices implements DeviceProvider {

    /** The key becomes the device id of a container. {@code all} or a number would mean other devices there. */
    private static final Pattern KEY = Pattern.compile("(GPU|MIG)-[A-Za-z0-9/._-]+");

    /** Docker's spelling, but with a required unit: 24 would mean 24 bytes. */
    private static final Pattern MEMORY = Pattern.compile("[1-9]\\d{0,5} ?[mgtMGT]([iI]?[bB])?");

    private static final Pattern INDEX = Pattern.compile("\\d{1,4}");

    private final Path file;

    DeclaredDevices(Path file) {
        this.file = file.toAbsolutePath().normalize();
    }

    @Override
    public List<OfferedDevice> devices() throws DeviceProblem {
        if (!(document().orElse(null) instanceof SequenceNode list)) {
            throw new WrongDevices(file + " is not a list of devices. Write one entry each, with key and, as far as"
                    + " known, type, memory and index; [] declares none.");
        }
        List<OfferedDevice> devices = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        Set<Integer> indices = new HashSet<>();
        for (Node entry : list.getValue()) {
            OfferedDevice device = device(entry, devices.size());
            if (!keys.add(device.key())) {
                throw problem(entry, "key \"" + device.key() + "\" is declared twice");
            }
            if (!indices.add(device.index())) {
                throw problem(
                        entry,
                        "index " + device.index() + " is taken by another device; an entry without index has its"
                                + " position in the list, counted from 0");
            }
            devices.add(device);
        }
        return List.copyOf(devices);
    }

    private Optional<Node> document() throws DeviceProblem {
        try {
            return new Compose(LoadSettings.builder().setLabel(file.toString()).build())
                    .composeString(Files.readString(file));
        } catch (IOException e) {
            throw new WrongDevices(
                    "The declared devices in %s cannot be read: %s. Write the list there, or name another with --devices file:PATH."
                            .formatted(file, FileProblem.words(e)),
                    e);
        } catch (MarkedYamlEngineException e) {
            throw problem(e.getProblemMark(), "this is neither YAML nor JSON: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw new WrongDevices(file + " is neither YAML nor JSON: " + e.getMessage(), e);
        }
    }

    private OfferedDevice device(Node entry, int position) throws DeviceProblem {
        if (!(entry instanceof MappingNode mapping)) {
            throw problem(entry, "a device is written as key: …, type: …, memory: …, index: …");
        }
        String key = null;
        String type = "";
        DataSize memory = null;
        int index = position;
        Set<String> seen = new HashSet<>();
        for (NodeTuple tuple : mapping.getValue()) {
            String name = scalar(tuple.getKeyNode());
            if (!seen.add(name)) {
                throw problem(tuple.getKeyNode(), name + " is written twice");
            }
            Node value = tuple.getValueNode();
            switch (name) {
                case "key" ->
                    key = matching(KEY, value, "a key is a UUID as nvidia-smi -L prints it: GPU-… or MIG-…")
                            .group();
                case "type" -> type = scalar(value);
                case "memory" ->
                    memory = DataSize.parse(matching(MEMORY, value, "memory is a size such as 24GiB or 8192m")
                            .group());
                case "index" ->
                    index = Integer.parseInt(matching(INDEX, value, "index is a number from 0 to 9999")
                            .group());
                default ->
                    throw problem(
                            tuple.getKeyNode(), "unknown key \"" + name + "\"; a device has key, type, memory, index");
            }
        }
        if (key == null) {
            throw problem(entry, "this device has no key; it is the UUID that nvidia-smi -L prints");
        }
        return new OfferedDevice(key, index, key.startsWith("MIG-") ? Kind.MIG : Kind.GPU, type, memory, null);
    }

    private Matcher matching(Pattern form, Node node, String expected) throws DeviceProblem {
        Matcher matcher = form.matcher(scalar(node));
        if (!matcher.matches()) {
            throw problem(node, "\"" + scalar(node) + "\" does not fit: " + expected);
        }
        return matcher;
    }

    private String scalar(Node node) throws DeviceProblem {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw problem(node, "a single value is expected here");
    }

    private DeviceProblem problem(Node node, String what) {
        return problem(node.getStartMark(), what);
    }

    private DeviceProblem problem(Optional<Mark> mark, String what) {
        return new WrongDevices(
                file + mark.map(m -> " line " + (m.getLine() + 1)).orElse("") + ": " + what + ".");
    }
}
