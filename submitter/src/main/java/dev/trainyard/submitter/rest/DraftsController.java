package dev.trainyard.submitter.rest;

import dev.trainyard.core.draft.DraftReading;
import dev.trainyard.core.draft.ModelDraft;
import dev.trainyard.core.reading.Notice;
import dev.trainyard.core.request.DraftRef;
import dev.trainyard.db.BlobStore;
import dev.trainyard.db.Cursor;
import dev.trainyard.db.DraftStore;
import dev.trainyard.db.Page;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Drafts: how a kind of model is trained, and which parameters it takes. */
@RestController
@RequestMapping("/api/v1/drafts")
final class DraftsController {

    private static final int MAX_DRAFTS = 1_000;

    private final DraftStore drafts;
    private final BlobStore blobs;
    private final JsonMapper json;

    DraftsController(DraftStore drafts, BlobStore blobs, JsonMapper json) {
        this.drafts = drafts;
        this.blobs = blobs;
        this.json = json;
    }

    /**
     * A draft to be added.
     *
     * @param compose the compose file's text
     * @param params declarations: the text of a YAML file, or an object
     * @param source digest of the uploaded build context
     * @param by who adds it
     */
    record Offered(
            @Nullable String name,
            @Nullable String compose,
            @Nullable JsonNode params,
            @Nullable String source,
            @Nullable String by) {}

    /** The result of adding it. */
    record Added(String draft, String name, int version, boolean isNew, List<String> notices) {}

    /** A draft without its text. */
    record Listed(
            String draft,
            String name,
            int version,
            List<String> parameters,
            Instant createdAt,
            @Nullable String createdBy) {}

    record Drafts(List<Listed> drafts, @Nullable String next) {}

    record Shown(
            String draft,
            String name,
            int version,
            String compose,
            JsonNode parameters,
            @Nullable String source,
            Instant createdAt,
            @Nullable String createdBy) {}

    record Removed(List<String> removed) {}

    /** 201 if it is a new version, 200 if the newest one is the same. */
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Added> add(@RequestBody Offered offered) {
        DraftRef name = ref(required(offered.name(), "name"));
        if (name.version() != null) {
            throw ApiException.badRequest("name: the server numbers the versions. Write %s".formatted(name.name()));
        }
        if (offered.source() != null) {
            RequestSubmission.requireSource(blobs, Sha256.parse(offered.source()));
        }
        DraftReading reading = DraftReading.read(
                required(offered.compose(), "compose"),
                "compose",
                declarations(offered.params()),
                "params",
                offered.source() != null);
        ModelDraft draft = reading.withSource(offered.source());
        DraftStore.Addition addition = drafts.add(name.name(), draft, offered.by());
        return ResponseEntity.status(addition.isNew() ? HttpStatus.CREATED : HttpStatus.OK)
                .location(URI.create("/api/v1/drafts/" + addition.ref()))
                .body(new Added(
                        addition.ref().toString(),
                        addition.ref().name(),
                        Objects.requireNonNullElse(addition.ref().version(), 0),
                        addition.isNew(),
                        reading.training().notices().stream()
                                .map(Notice::toString)
                                .toList()));
    }

    private static String required(@Nullable String text, String field) {
        if (text == null || text.isBlank()) {
            throw ApiException.badRequest("%s: is missing".formatted(field));
        }
        return text;
    }

    /** JSON is also YAML, so an object is read like the file, with its keys in order. */
    private static String declarations(@Nullable JsonNode params) {
        if (params == null || params.isNull()) {
            return "";
        }
        if (params.isObject()) {
            return params.toString();
        }
        if (params.isString()) {
            return params.asString();
        }
        throw ApiException.badRequest(
                "params: is neither an object nor the text of a YAML file. Give {\"lr\": {\"type\": \"float\"}}");
    }

    /** The newest version of each. */
    @GetMapping
    Drafts list(
            @RequestParam(defaultValue = "" + MAX_DRAFTS) int limit,
            @RequestParam(required = false) @Nullable String after) {
        Page<DraftStore.Summary> page = drafts.newest(Cursor.parse(after), Limits.between(1, limit, MAX_DRAFTS));
        List<Listed> listed = page.items().stream()
                .map(each -> new Listed(
                        each.ref().toString(),
                        each.ref().name(),
                        Objects.requireNonNull(each.ref().version()),
                        each.parameters(),
                        each.createdAt(),
                        each.createdBy()))
                .toList();
        return new Drafts(listed, page.next());
    }

    /** {@code resnet18@3}, or {@code resnet18} for its newest version. */
    @GetMapping("/{draft}")
    Shown show(@PathVariable String draft) {
        DraftStore.Stored stored = require(drafts, draft);
        return new Shown(
                stored.ref().toString(),
                stored.ref().name(),
                stored.version(),
                stored.draft().compose(),
                json.readTree(stored.draft().parameters().toJson()),
                stored.draft().source(),
                stored.createdAt(),
                stored.createdBy());
    }

    /** {@code resnet18@3}, or {@code resnet18} for all its versions. Accepted jobs are not affected. */
    @DeleteMapping("/{draft}")
    Removed remove(@PathVariable String draft, @RequestParam(required = false) @Nullable String by) {
        DraftRef ref = ref(draft);
        List<DraftRef> removed = drafts.remove(ref, by);
        if (removed.isEmpty()) {
            throw ApiException.notFound(drafts.whyMissing(ref));
        }
        return new Removed(removed.stream().map(DraftRef::toString).toList());
    }

    /** @throws ApiException 400 or 404 */
    static DraftStore.Stored require(DraftStore drafts, String draft) {
        DraftRef ref = ref(draft);
        return drafts.find(ref).orElseThrow(() -> ApiException.notFound(drafts.whyMissing(ref)));
    }

    private static DraftRef ref(String text) {
        try {
            return DraftRef.parse(text);
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest(String.valueOf(e.getMessage()));
        }
    }
}
