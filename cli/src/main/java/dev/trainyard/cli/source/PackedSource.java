package dev.trainyard.cli.source;

import dev.trainyard.cli.server.ServerClient;
import dev.trainyard.cli.session.Session;
import dev.trainyard.core.training.TrainingSpec;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Packs the build context of a training, and uploads it unless the server already has it. */
public final class PackedSource {

    private PackedSource() {}

    public static boolean isNeeded(TrainingSpec spec, @Nullable Path source) {
        return spec.build() != null || source != null;
    }

    /**
     * @param base the folder to which a relative context refers
     * @param source the path in {@code --source}, which is added as an archive. May be null
     */
    public static BuildContext pack(Session session, Path base, TrainingSpec spec, @Nullable Path source) {
        String dockerfile = spec.build() == null ? "Dockerfile" : spec.build().dockerfile();
        @Nullable String inline = spec.build() == null ? null : spec.build().dockerfileInline();
        Path folder = spec.build() == null ? base : base.resolve(spec.build().context());
        @Nullable String target = spec.build() == null ? null : spec.build().target();
        BuildContext context = BuildContext.pack(folder, dockerfile, inline, target, source);
        context.warnings().forEach(session::say);
        return context;
    }

    public static void upload(Session session, ServerClient server, BuildContext context) {
        if (!server.hasSource(context.digest())) {
            try (UploadProgress progress = new UploadProgress(session, context.size())) {
                server.putSource(context.digest(), context.tar(), progress);
            }
        }
    }
}
