package dev.trainyard.db;

import dev.trainyard.core.draft.ModelDraft;
import dev.trainyard.core.draft.ParameterDeclarations;
import dev.trainyard.core.request.DraftRef;
import dev.trainyard.core.text.NearestName;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Drafts by name and version: {@code add}, {@code remove}. A version never changes. */
public final class DraftStore {

    /** Maximum number of names to search for one that is similar to a mistyped name. */
    private static final int NAMES = 1_000;

    private static final String SELECT = """
            select name, version, compose, params::text as params, source, digest, created_at, created_by
            from trainyard.model_draft
            where removed_at is null
            """;

    private final Database database;
    private final JdbcClient sql;

    public DraftStore(Database database) {
        this.database = database;
        this.sql = database.sql();
    }

    /** A stored draft. {@code ref} contains its version. */
    public record Stored(
            DraftRef ref,
            ModelDraft draft,
            Instant createdAt,
            @Nullable String createdBy) {

        /** Counts from 1. */
        public int version() {
            return ref.version() == null ? 0 : ref.version();
        }
    }

    /**
     * The result of {@link #add}.
     *
     * @param isNew false if the newest version already has this content
     */
    public record Addition(DraftRef ref, boolean isNew) {}

    /** Stores the draft as the next version of its name, unless the newest version is equal. The caller has validated it. */
    public Addition add(String name, ModelDraft draft, @Nullable String by) {
        String digest = draft.digest();
        return database.inTransaction(() -> {
            KeyLocks.take(sql, lockOf(name));
            Optional<Integer> same = sql.sql("""
                    select version from (
                        select version, digest from trainyard.model_draft
                        where name = :name and removed_at is null order by version desc limit 1) newest
                    where digest = :digest""")
                    .param("name", name)
                    .param("digest", digest)
                    .query(Integer.class)
                    .optional();
            if (same.isPresent()) {
                return new Addition(new DraftRef(name, same.get()), false);
            }
            int version = sql.sql("""
                    insert into trainyard.model_draft (name, version, compose, params, source, digest, created_by)
                    select :name, coalesce(max(version), 0) + 1, :compose, :params::jsonb, :source, :digest, :by
                    from trainyard.model_draft where name = :name
                    returning version""")
                    .param("name", name)
                    .param("compose", draft.compose())
                    .param("params", draft.parameters().toJson())
                    .param("source", draft.source(), Types.VARCHAR)
                    .param("digest", digest)
                    .param("by", by, Types.VARCHAR)
                    .query(Integer.class)
                    .single();
            return new Addition(new DraftRef(name, version), true);
        });
    }

    /** Removes this version, or all versions of the name. Accepted jobs are not affected. Returns the removed versions. */
    public List<DraftRef> remove(DraftRef ref, @Nullable String by) {
        return database.inTransaction(() -> {
            KeyLocks.take(sql, lockOf(ref.name()));
            return sql
                    .sql("""
                    update trainyard.model_draft set removed_at = clock_timestamp(), removed_by = :by
                    where name = :name and (:version::int is null or version = :version) and removed_at is null
                    returning name, version""")
                    .param("name", ref.name())
                    .param("version", ref.version(), Types.INTEGER)
                    .param("by", by, Types.VARCHAR)
                    .query((row, _) -> new DraftRef(row.getString("name"), row.getInt("version")))
                    .list()
                    .stream()
                    .sorted((a, b) -> Integer.compare(version(a), version(b)))
                    .toList();
        });
    }

    /** The draft of this version, or the newest one. */
    public Optional<Stored> find(DraftRef ref) {
        return sql.sql(SELECT + """
                and name = :name and (:version::int is null or version = :version) order by version desc limit 1""")
                .param("name", ref.name())
                .param("version", ref.version(), Types.INTEGER)
                .query(DraftStore::stored)
                .optional();
    }

    /**
     * A draft in a listing, without its texts, which may be large.
     *
     * @param parameters names in the declared order
     */
    public record Summary(
            DraftRef ref,
            List<String> parameters,
            Instant createdAt,
            @Nullable String createdBy) {}

    /** The newest version of each name, by name. */
    public Page<Summary> newest(@Nullable Cursor after, int limit) {
        return Page.of(
                sql.sql("""
                        select name, version, created_at, created_by,
                               array(select declared.p ->> 'name'
                                     from jsonb_array_elements(params) with ordinality declared (p, n)
                                     order by n) parameters
                        from (select distinct on (name) * from trainyard.model_draft
                              where removed_at is null and name > :after
                              order by name, version desc limit :limit) drafts
                        order by name""")
                        .param("after", after == null ? "" : after.text(0))
                        .param("limit", limit + 1)
                        .query((row, _) -> new Summary(
                                new DraftRef(row.getString("name"), row.getInt("version")),
                                List.of((String[]) row.getArray("parameters").getArray()),
                                row.getTimestamp("created_at").toInstant(),
                                row.getString("created_by")))
                        .list(),
                limit,
                draft -> Cursor.of(draft.ref().name()));
    }

    /** A message for people: why {@link #find} finds nothing, and what to do. */
    public String whyMissing(DraftRef ref) {
        List<Integer> versions = sql.sql("""
                select version from trainyard.model_draft where name = :name and removed_at is null order by version""")
                .param("name", ref.name())
                .query((row, _) -> row.getInt("version"))
                .list();
        if (!versions.isEmpty()) {
            return "there is no draft %s. Versions of %s: %s"
                    .formatted(
                            ref,
                            ref.name(),
                            String.join(
                                    ", ", versions.stream().map(String::valueOf).toList()));
        }
        List<String> names = sql.sql("""
                select distinct name from trainyard.model_draft where removed_at is null order by name limit :limit""")
                .param("limit", NAMES)
                .query((row, _) -> row.getString("name"))
                .list();
        return NearestName.among(names, ref.name())
                .map(near -> "there is no draft %s. Did you mean %s?".formatted(ref, near))
                .orElse("there is no draft %s. To see all drafts: trainyard drafts list".formatted(ref));
    }

    /** Serializes changes to the versions of a name, which may not have a row to lock yet. */
    private static String lockOf(String name) {
        return "draft " + name;
    }

    private static Stored stored(ResultSet row, int index) throws SQLException {
        return new Stored(
                new DraftRef(row.getString("name"), row.getInt("version")),
                new ModelDraft(
                        row.getString("compose"),
                        ParameterDeclarations.ofJson(row.getString("params")),
                        row.getString("source")),
                row.getTimestamp("created_at").toInstant(),
                row.getString("created_by"));
    }

    private static int version(DraftRef ref) {
        return ref.version() == null ? 0 : ref.version();
    }
}
