/*
 * gstreamer.c - GStreamer: a pipeline of elements of our own, a buffer of `batch` records
 * at a time. An operator maps the buffer that comes and changes it in place; its chain
 * function is all that is called, the least an element can do. Buffers are from a pool.
 *
 *   threads=1      no queue: the source's thread goes through all elements
 *   threads=2      one queue, behind the first half of the operators
 *   threads=ops+2  a queue between any two elements, each with a thread
 *   hop            source, queue, sink
 */
#include "ends.h"

#include <gst/gst.h>

struct run {
	struct pace_args a, asked; /* a: without operators in a hop */
	struct source from;
	struct peer_sink to;
	double ns_per_tick;
	GstBufferPool *pool;
	uint32_t threads;
	bool pinned[2]; /* each set by the thread that is pinned */
};

/* One class for all three roles: a source has no sink pad, a sink no source pad. */
typedef struct stage {
	GstElement parent;
	struct run *run;
	GstPad *in, *out;
	uint32_t add; /* an operator's number */
	bool second;  /* behind the one queue of threads=2 */
} stage;

/* G_DEFINE_TYPE wants this name. */
typedef struct stage_class {
	GstElementClass parent;
} stageClass;

G_DEFINE_TYPE(stage, stage, GST_TYPE_ELEMENT)

static void stage_class_init(stageClass *c)
{
	gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(c), "stage", "Generic", "source, operator or sink",
					      "Thalweg");
}

static void stage_init(stage *s)
{
	s->run = NULL;
}

/* A streaming thread is GStreamer's; it pins itself when it first comes by. */
static void pin_once(const stage *s)
{
	struct run *r = s->run;

	if (r->threads > 2 || r->pinned[s->second])
		return;
	r->pinned[s->second] = true;
	pace_pin(s->second ? r->a.cpu2 : r->a.cpu);
}

static GstFlowReturn operate(GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
	const stage *s = (stage *)parent;
	GstMapInfo map;

	(void)pad;
	pin_once(s);
	if (!gst_buffer_map(buffer, &map, GST_MAP_READWRITE))
		return GST_FLOW_ERROR;
	operate_on((struct pace_record *)(void *)map.data, (uint32_t)(map.size / sizeof(struct pace_record)), s->add);
	gst_buffer_unmap(buffer, &map);
	return gst_pad_push(s->out, buffer);
}

static GstFlowReturn arrive(GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
	const stage *s = (stage *)parent;
	GstMapInfo map;

	(void)pad;
	pin_once(s);
	if (!gst_buffer_map(buffer, &map, GST_MAP_READ))
		return GST_FLOW_ERROR;
	sink_take(&s->run->to, &s->run->a, (const struct pace_record *)(const void *)map.data,
		  (uint32_t)(map.size / sizeof(struct pace_record)));
	gst_buffer_unmap(buffer, &map);
	gst_buffer_unref(buffer);
	return GST_FLOW_OK;
}

/* The pipeline is told of the end by its sink. */
static gboolean sink_event(GstPad *pad, GstObject *parent, GstEvent *event)
{
	const bool end = GST_EVENT_TYPE(event) == GST_EVENT_EOS;

	(void)pad;
	gst_event_unref(event);
	if (end)
		gst_element_post_message(GST_ELEMENT(parent), gst_message_new_eos(parent));
	return TRUE;
}

static void begin(stage *s)
{
	GstSegment segment;

	gst_segment_init(&segment, GST_FORMAT_BYTES);
	gst_pad_push_event(s->out, gst_event_new_stream_start("records"));
	gst_pad_push_event(s->out, gst_event_new_segment(&segment));
	s->run->from = source_begin(&s->run->a, s->run->ns_per_tick);
}

/* The source's task, one buffer. */
static void produce(void *arg)
{
	stage *s = arg;
	struct run *r = s->run;
	GstBuffer *buffer = NULL;
	GstMapInfo map;
	uint32_t n;

	if (r->from.next == 0) {
		pin_once(s);
		begin(s);
	}
	if (gst_buffer_pool_acquire_buffer(r->pool, &buffer, NULL) != GST_FLOW_OK) {
		gst_pad_pause_task(s->out);
		return;
	}
	gst_buffer_map(buffer, &map, GST_MAP_WRITE);
	n = source_fill(&r->from, (struct pace_record *)(void *)map.data);
	gst_buffer_unmap(buffer, &map);
	if (n == 0) {
		gst_buffer_unref(buffer);
		gst_pad_push_event(s->out, gst_event_new_eos());
		gst_pad_pause_task(s->out);
		return;
	}
	if (n < r->a.batch)
		gst_buffer_set_size(buffer, (gssize)(n * sizeof(struct pace_record)));
	if (gst_pad_push(s->out, buffer) != GST_FLOW_OK)
		gst_pad_pause_task(s->out);
}

static gboolean source_active(GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
	if (mode != GST_PAD_MODE_PUSH)
		return FALSE;
	return active ? gst_pad_start_task(pad, produce, parent, NULL) : gst_pad_stop_task(pad);
}

static GstElement *stage_new(struct run *r, GstPadChainFunction chain, uint32_t add, bool second)
{
	stage *s = g_object_new(stage_get_type(), NULL);

	s->run = r;
	s->add = add;
	s->second = second;
	if (chain) {
		s->in = gst_pad_new("sink", GST_PAD_SINK);
		gst_pad_set_chain_function(s->in, chain);
		gst_element_add_pad(GST_ELEMENT(s), s->in);
	}
	if (chain == arrive) {
		gst_pad_set_event_function(s->in, sink_event);
		GST_OBJECT_FLAG_SET(s, GST_ELEMENT_FLAG_SINK);
		return GST_ELEMENT(s);
	}
	s->out = gst_pad_new("src", GST_PAD_SRC);
	if (!chain)
		gst_pad_set_activatemode_function(s->out, source_active);
	gst_element_add_pad(GST_ELEMENT(s), s->out);
	return GST_ELEMENT(s);
}

static uint32_t buffers_of(const struct run *r)
{
	const uint32_t n = r->a.slots / r->a.batch;

	return n > 2 ? n : 2;
}

/* Behind `last`; what is the last now. */
static GstElement *append(GstElement *pipeline, GstElement *last, GstElement *element)
{
	gst_bin_add(GST_BIN(pipeline), element);
	if (last && !gst_element_link(last, element)) {
		fprintf(stderr, "GStreamer: the elements do not link\n");
		exit(1);
	}
	return element;
}

static GstElement *append_queue(struct run *r, GstElement *pipeline, GstElement *last)
{
	GstElement *q = gst_element_factory_make("queue", NULL);

	if (!q) {
		fprintf(stderr, "GStreamer has no queue: are its core elements installed?\n");
		exit(PACE_SKIP);
	}
	g_object_set(q, "max-size-buffers", buffers_of(r), "max-size-bytes", 0u, "max-size-time", (guint64)0, "silent",
		     TRUE, NULL);
	return append(pipeline, last, q);
}

static GstElement *build(struct run *r)
{
	GstElement *pipeline = gst_pipeline_new(NULL);
	GstElement *last = append(pipeline, NULL, stage_new(r, NULL, 0, false));
	const uint32_t half = r->a.ops / 2;
	uint32_t i;

	for (i = 0; i <= r->a.ops; i++) {
		const bool sink = i == r->a.ops;

		if (r->threads > 2 || (r->threads == 2 && i == half))
			last = append_queue(r, pipeline, last);
		last = append(pipeline, last,
			      stage_new(r, sink ? arrive : operate, i + 1, r->threads == 2 && i >= half));
	}
	return pipeline;
}

/* As many buffers as all queues hold, and one for each thread. */
static GstBufferPool *pool_new(const struct run *r)
{
	const uint32_t n = buffers_of(r) * (r->threads > 1 ? r->threads - 1 : 1) + r->threads + 1;
	GstBufferPool *pool = gst_buffer_pool_new();
	GstStructure *config = gst_buffer_pool_get_config(pool);
	GstAllocationParams params;

	gst_allocation_params_init(&params);
	params.align = 63;
	gst_buffer_pool_config_set_params(config, NULL, (guint)(r->a.batch * sizeof(struct pace_record)), n, n);
	gst_buffer_pool_config_set_allocator(config, NULL, &params);
	if (!gst_buffer_pool_set_config(pool, config) || !gst_buffer_pool_set_active(pool, TRUE))
		exit(1);
	return pool;
}

static int play(struct run *r)
{
	GstElement *pipeline = build(r);
	GstBus *bus = gst_element_get_bus(pipeline);
	GstMessage *message;
	bool ok;

	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	message = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
	ok = GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
	gst_message_unref(message);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(bus);
	gst_object_unref(pipeline);
	return ok ? peer_end("GStreamer", &r->asked, &r->to, r->from.start) : 1;
}

int main(int argc, char **argv)
{
	const struct pace_args a = pace_args(argc, argv);
	const bool hop = strcmp(a.scenario, "hop") == 0;
	struct run *r;
	int status;

	if (a.mode[0] || a.batch == 0)
		return PACE_SKIP;
	if (!hop && (strcmp(a.scenario, "chain") != 0 || (a.threads > 2 && a.threads != a.ops + 2)))
		return PACE_SKIP;
	pin_to_both(&a);
	gst_init(NULL, NULL);
	r = calloc(1, sizeof *r);
	if (!r)
		return 1;
	r->a = r->asked = a;
	r->threads = hop ? 2 : a.threads;
	if (hop)
		r->a.ops = 0;
	r->ns_per_tick = pace_ns_per_tick();
	r->to = peer_sink_make(&a, pace_added(r->a.ops), r->ns_per_tick);
	r->pool = pool_new(r);
	status = play(r);
	gst_buffer_pool_set_active(r->pool, FALSE);
	gst_object_unref(r->pool);
	free(r);
	return status;
}
