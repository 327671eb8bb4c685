package dev.trainyard.cli.drafts;

import dev.trainyard.cli.server.JsonObject;
import dev.trainyard.cli.server.JsonText;
import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.session.JsonOption;
import dev.trainyard.cli.session.Session;
import dev.trainyard.cli.source.BuildContext;
import dev.trainyard.cli.source.ComposeFile;
import dev.trainyard.cli.source.PackedSource;
import dev.trainyard.cli.terminal.ExitCode;
import dev.trainyard.cli.terminal.Failure;
import dev.trainyard.core.draft.DraftReading;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        description = {
            "Add a draft, or a new version of a draft: a compose file whose command gets its arguments from parameters.",
            "Prints the name and version. The same content keeps its version."
        },
        footerHeading = "%nExample:%n",
        footer = {
            "  trainyard drafts add resnet18 draft.yml --params params.yml",
            "",
            "where params.yml has lines such as",
            "  lr: {type: float, default: 0.1, min: 0, max: 1, help: learning rate}",
            "  optimizer: {type: choice, values: [sgd, adam], required: true}",
            "  amp: bool"
        })
final class DraftsAddCommand implements Callable<Integer> {

    private final Session session;

    @Parameters(index = "0", paramLabel = "NAME", description = "The name of the draft: the kind of model.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "FILE", description = "The compose file.")
    @SuppressWarnings("NullAway.Init") // picocli insists on it
    private Path file;

    @Option(
            names = "--params",
            paramLabel = "FILE",
            description = {
                "A YAML file that declares the parameters in the order in which they are appended. It maps each name to",
                "type (int, float, bool, string, path, choice), default, required, values, min, max, help.",
                "Without this file, the draft accepts any parameter."
            })
    private @Nullable Path params;

    @Option(
            names = "--source",
            paramLabel = "DIR|TAR",
            description = "Add this source to the build context, as submit does. It is packed and uploaded now.")
    private @Nullable Path source;

    @Mixin
    private final JsonOption json = new JsonOption();

    DraftsAddCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (StoredDraft.ref(name).version() != null) {
            throw new Failure(ExitCode.INVALID, "the server assigns the version. Give only the name.");
        }
        ComposeFile compose = new ComposeFile(file);
        DraftReading reading = compose.draft(params, source != null);
        reading.training().notices().forEach(notice -> session.say(notice.toString()));
        if (params != null && reading.parameters().declared().isEmpty()) {
            session.say("%s declares no parameters: the draft accepts any parameter".formatted(params));
        }
        ServerClient server = session.server();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", name);
        fields.put("compose", reading.compose());
        fields.put("params", compose.text(params));
        fields.put("by", session.user());
        if (PackedSource.isNeeded(reading.training(), source)) {
            try (BuildContext context = PackedSource.pack(session, compose.folder(), reading.training(), source)) {
                PackedSource.upload(session, server, context);
                fields.put("source", context.digest());
            }
        }
        String answer = server.post("/drafts", JsonText.object(fields));
        JsonObject added = server.parse(answer);
        if (added.text("isNew").equals("false")) {
            session.say("%s already has this content".formatted(added.text("draft")));
        }
        session.out().println(json.isGiven() ? answer : added.text("draft"));
        return ExitCode.OK;
    }
}
