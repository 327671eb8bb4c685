package dev.trainyard.submitter.rest;

import dev.trainyard.core.draft.ParameterDeclaration;
import dev.trainyard.core.request.DraftRef;
import dev.trainyard.core.request.JobId;
import dev.trainyard.db.DraftStore;
import dev.trainyard.db.History;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The request of a job. */
@RestController
final class RequestController {

    private final KnownJobs jobs;
    private final History history;
    private final DraftStore drafts;
    private final JsonMapper json;

    RequestController(KnownJobs jobs, History history, DraftStore drafts, JsonMapper json) {
        this.jobs = jobs;
        this.history = history;
        this.drafts = drafts;
        this.json = json;
    }

    /**
     * A job's request.
     *
     * @param request the message, with the draft filled in, and for most callers without hidden values; null: not accepted yet, or rejected
     * @param account that sees hidden values over the server's socket, as root does; null: unknown, so root only
     * @param draft the job's draft; null: none
     * @param params of the draft: the given values, and the defaults of the others
     * @param defaults names of the parameters with their default value
     */
    record Asked(
            @Nullable JsonNode request,
            @Nullable String account,
            @Nullable String draft,
            @Nullable JsonNode params,
            List<String> defaults) {}

    @GetMapping("/api/v1/jobs/{jobId}/request")
    Asked request(
            @PathVariable JobId jobId,
            @RequestAttribute(name = CallerSocket.CALLER, required = false) @Nullable String caller) {
        jobs.require(jobId);
        History.@Nullable StoredRequest stored = history.request(jobId, caller).orElse(null);
        JsonNode request = stored == null ? null : json.readTree(stored.json());
        String account = stored == null ? null : stored.account();
        return history.training(jobId)
                .map(training -> trained(request, account, training))
                .orElseGet(() -> new Asked(request, account, null, null, List.of()));
    }

    private Asked trained(@Nullable JsonNode request, @Nullable String account, History.Training training) {
        JsonNode given = json.readTree(training.params());
        ObjectNode params = json.createObjectNode();
        given.properties().forEach(each -> params.set(each.getKey(), each.getValue()));
        DraftRef ref = new DraftRef(training.draft(), training.version());
        // If the draft has been removed since, only the given parameters are known.
        List<String> defaults = drafts.find(ref)
                .map(stored -> stored.draft().parameters().declared().stream()
                        .filter(each -> each.defaultValue() != null && !isGiven(given, each))
                        .map(each -> {
                            params.put(each.name(), each.defaultValue());
                            return each.name();
                        })
                        .toList())
                .orElse(List.of());
        return new Asked(request, account, ref.toString(), params, defaults);
    }

    /** With or without leading dashes. */
    private static boolean isGiven(JsonNode given, ParameterDeclaration parameter) {
        return given.propertyNames().stream()
                .anyMatch(name -> name.replaceFirst("^-+", "").equals(parameter.plainName()));
    }
}
